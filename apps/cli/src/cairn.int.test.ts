import {
  followLog,
  getTask,
  HTTP_ROUTES,
  listBuilders,
  listChannels,
  listPackages,
  listTasks,
  planProject,
  readLog,
  type AttemptView,
  type HttpRoute,
  type TaskDetail,
} from '@cairn/contracts';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const CAIRN = path.join(ROOT, 'apps/cli/bin/cairn.mjs');
const NODE = path.join(ROOT, 'node_modules/.bin/node');
const ATTEMPT_ID = '0b0e6c5e-94a5-4c4e-8b0a-0d5b7f1f7a01';

/** A summit as far as the command can see: real HTTP, replies checked against the contracts. */
class Peer {
  readonly tasks = new Map<number, TaskDetail>();
  readonly seen: { method: string; url: string; token: string | undefined; body: unknown }[] = [];
  log = Buffer.alloc(0);
  /** How many bytes each connection to the log gets before it is cut; the last one is not cut. */
  cuts: number[] = [];
  expiresInSeconds = 900;
  refreshCount = 0;
  onLogEnd: () => void = () => undefined;
  private generation = 0;
  private hasEnded = true;
  private server: Server | undefined;
  url = '';

  async start(): Promise<void> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    this.url = `http://127.0.0.1:${address.port}`;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const method = request.method ?? '';
    const token = request.headers.authorization?.replace('Bearer ', '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    this.seen.push({ method, url: request.url ?? '', token, body });
    const found = HTTP_ROUTES.map((route) => ({
      route,
      params: match(route, method, url.pathname),
    })).find(({ params }) => params !== null);
    if (found?.params === undefined || found.params === null) {
      fail(response, 404, 'route.not-found', 'There is nothing here.');
      return;
    }
    if (token !== undefined && (this.hasEnded || token !== `access-${this.generation}`)) {
      fail(
        response,
        401,
        'token.invalid',
        'The token is expired, ended or not ours: log in again.',
      );
      return;
    }
    if (found.route.policy === 'audit:read') {
      fail(response, 403, 'permission.missing', 'The role packager may not do this.');
      return;
    }
    this.reply(found.route, { params: found.params, url, body }, response);
  }

  private reply(
    route: HttpRoute,
    given: { params: Record<string, string>; url: URL; body: unknown },
    response: ServerResponse,
  ): void {
    if (route === readLog || route === followLog) {
      const offset = Number(given.url.searchParams.get('offset') ?? 0);
      if (route === readLog) this.sendLog(offset, response);
      else this.streamLog(offset, response);
      return;
    }
    const reply = this.replyTo(route, given);
    if (reply === undefined) fail(response, 404, 'task.not-found', 'There is no such task.');
    else {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(route.reply.parse(reply)));
    }
  }

  private replyTo(
    route: HttpRoute,
    { params, body }: { params: Record<string, string>; body: unknown },
  ): unknown {
    const given = (body ?? {}) as Record<string, string>;
    switch (`${route.method} ${route.path}`) {
      case 'POST /api/v1/sessions':
        this.hasEnded = false;
        return this.tokens();
      case 'POST /api/v1/sessions/refresh':
        return this.refreshed(given['refreshToken'] ?? '');
      case 'GET /api/v1/me':
        return { account: { id: 'a', name: 'ada', role: 'packager' }, csrfToken: null };
      case `GET ${listTasks.path}`:
        return { tasks: [...this.tasks.values()] };
      case `GET ${getTask.path}`:
        return this.tasks.get(Number(params['taskId']));
      case `GET ${listBuilders.path}`:
        return { builders: [] };
      case `GET ${listChannels.path}`:
        return { repositoryUrl: 'http://vessel.example', channels: [] };
      case `GET ${listPackages.path}`:
        return { history: 'h1', total: 0, packages: [] };
      case `POST ${planProject.path}`:
        return {
          project: 'main',
          changes: [{ action: 'change', what: 'repository recipes: branch', from: 'a', to: 'b' }],
        };
      case 'POST /api/v1/allocation/pause':
        return { paused: true };
      default:
        return {};
    }
  }

  private tokens() {
    this.generation += 1;
    return {
      accessToken: `access-${this.generation}`,
      refreshToken: `refresh-${this.generation}`,
      expiresInSeconds: this.expiresInSeconds,
      account: { id: 'a', name: 'ada', role: 'packager' },
    };
  }

  /** As summit does: a refresh token works once, and its second use ends the session. */
  private refreshed(refreshToken: string) {
    this.refreshCount += 1;
    if (refreshToken !== `refresh-${this.generation}`) this.hasEnded = true;
    this.expiresInSeconds = 900;
    return this.tokens();
  }

  private sendLog(offset: number, response: ServerResponse): void {
    response.setHeader('cairn-log-size', String(this.log.byteLength));
    response.end(this.log.subarray(offset, offset + 1_000));
  }

  private streamLog(from: number, response: ServerResponse): void {
    response.setHeader('content-type', 'text/event-stream');
    const cut = this.cuts.shift();
    const to = cut === undefined ? this.log.byteLength : Math.min(from + cut, this.log.byteLength);
    const pieces: string[] = ['retry: 1000\n\n: still here\n\n'];
    for (let offset = from; offset < to || (offset === from && cut === undefined); offset += 700) {
      const bytes = this.log.subarray(offset, Math.min(offset + 700, to));
      const complete = offset + bytes.byteLength === this.log.byteLength && cut === undefined;
      const data = followLog.reply.parse({ offset, bytes: bytes.toString('base64'), complete });
      pieces.push(`id: ${offset + bytes.byteLength}\ndata: ${JSON.stringify(data)}\n\n`);
    }
    response.write(pieces.join(''), () => {
      if (cut !== undefined) response.destroy();
      else {
        this.onLogEnd();
        response.end();
      }
    });
  }
}

function match(route: HttpRoute, method: string, pathname: string): Record<string, string> | null {
  const pattern = route.path.replace(/:([A-Za-z]+)/g, '(?<$1>[^/]+)');
  const found = route.method === method ? new RegExp(`^${pattern}$`).exec(pathname) : null;
  return found === null ? null : { ...found.groups };
}

function fail(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ code, message, details: {} }));
}

function anAttempt(change: Partial<AttemptView> = {}): AttemptView {
  return {
    id: ATTEMPT_ID,
    taskId: 17,
    number: 1,
    fence: 1,
    state: 'building',
    builder: 'alder',
    buildRelease: 1,
    pinnedHistory: null,
    step: 'build',
    dispatchedAt: 1_800_000_000_000,
    startedAt: 1_800_000_000_100,
    reportedAt: null,
    endedAt: null,
    logSizeBytes: 0,
    logComplete: false,
    failure: null,
    collectables: [],
    ...change,
  };
}

function aTask(change: Partial<TaskDetail> = {}): TaskDetail {
  return {
    id: 17,
    changeSetId: '0b0e6c5e-94a5-4c4e-8b0a-0d5b7f1f7a02',
    project: 'main',
    profile: 'main-x86_64',
    repository: 'recipes',
    source: 'zlib',
    version: '1.3.1',
    sourceRelease: 27,
    architecture: 'x86_64',
    commit: 'a'.repeat(40),
    description: 'zlib: Update to 1.3.1',
    state: 'building',
    blocked: false,
    reason: { code: 'task.building', sentence: 'It is being built on alder.', tasks: [] },
    createdAt: 1_800_000_000_000,
    dispatchedAt: 1_800_000_000_000,
    builtAt: null,
    endedAt: null,
    attemptCount: 1,
    builder: 'alder',
    publishedHistory: null,
    attempts: [anAttempt()],
    dependencies: [],
    dependants: [],
    ...change,
  };
}

const FAILURE = {
  class: 'recipe',
  code: 'build.command-failed',
  step: 'build',
  message: 'make failed.',
  exitCode: 2,
} as const;

let peer: Peer;
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cairn-cli-'));
  peer = new Peer();
  await peer.start();
});

afterEach(() => {
  peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly text: string;
  readonly complaint: string;
}

/** Runs the real command; the server is the peer unless the environment says otherwise. */
async function cairn(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Outcome> {
  const child = spawn(NODE, [CAIRN, ...args], { env: environmentWith(environment) });
  const stdout: Buffer[] = [];
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  child.stdin.end(input);
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const bytes = Buffer.concat(stdout);
  return { exitCode, stdout: bytes, text: bytes.toString(), complaint };
}

function environmentWith(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    CAIRN_SERVER: peer.url,
    ...extra,
  };
}

const sessionFile = () => path.join(folder, 'cairn/session.json');

describe('sessions', () => {
  it('logs in, remembers the server, says who is there, and logs out', async () => {
    const login = await cairn(['login', '--server', peer.url, '--code', '-'], {}, 'good\n');
    expect(login).toMatchObject({ exitCode: 0, complaint: '' });
    expect(login.text).toBe(`Logged in at ${peer.url} as ada (packager).\n`);
    expect(peer.seen[0]?.body).toEqual({ code: 'good' });
    expect(statSync(sessionFile()).mode & 0o777).toBe(0o600);
    const who = await cairn(['whoami', '--json'], { CAIRN_SERVER: '' });
    expect(JSON.parse(who.text)).toMatchObject({ account: { name: 'ada' } });
    expect((await cairn(['logout'])).exitCode).toBe(0);
    expect(JSON.parse(readFileSync(sessionFile(), 'utf8'))).toMatchObject({ sessions: {} });
    const after = await cairn(['pause']);
    expect(after.exitCode).toBe(3);
    expect(after.complaint).toContain('(token.missing). Log in with `cairn login`.');
  });

  it('renews once when several commands find the token expired', async () => {
    peer.expiresInSeconds = 1;
    await cairn(['login', '--code', 'good']);
    const all = await Promise.all([1, 2, 3, 4, 5].map(() => cairn(['pause'])));
    expect(all.map(({ exitCode, complaint }) => [exitCode, complaint])).toEqual(
      all.map(() => [0, '']),
    );
    expect(peer.refreshCount).toBe(1);
    expect(new Set(peer.seen.slice(2).map(({ token }) => token))).toEqual(new Set(['access-2']));
  });

  it('never sends a token to another server', async () => {
    await cairn(['login', '--code', 'good']);
    const other = new Peer();
    await other.start();
    try {
      expect((await cairn(['pause', '--server', other.url])).exitCode).toBe(3);
      expect((await cairn(['task', 'list', '--server', other.url])).exitCode).toBe(0);
      expect(other.seen.map(({ token }) => token)).toEqual([undefined]);
    } finally {
      other.stop();
    }
  });

  it('sends no code over plain http to another machine', async () => {
    const refused = await cairn(['login', '--server', 'http://192.0.2.1', '--code', 'good']);
    expect(refused.exitCode).toBe(2);
    expect(refused.complaint).toContain('(server.plain-http)');
  });
});

describe('exit codes', () => {
  it.each([
    [['task', 'show', '99'], 1, '(task.not-found)'],
    [['task', 'show', 'x'], 2, '(cli.usage)'],
    [['task', 'list', '--limit', '0'], 2, '(cli.usage)'],
    [['nonsense'], 2, '(cli.usage)'],
    [['stone', 'nonsense'], 2, '(cli.usage)'],
    [['project', 'plan', '/does/not/exist'], 2, '(cli.file-unreadable)'],
    [['whoami'], 3, '(token.missing)'],
    [['task', 'list', '--server', 'http://127.0.0.1:9'], 4, '(server.unreachable)'],
  ])('%j exits with %i', async (args, exitCode, code) => {
    const outcome = await cairn(args);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.complaint).toContain(code);
    expect(outcome.complaint).toMatch(/^cairn: [^\n]*\n$/);
    expect(outcome.text).toBe('');
  });

  it('is 3 when the role does not suffice', async () => {
    await cairn(['login', '--code', 'good']);
    const outcome = await cairn(['audit']);
    expect(outcome).toMatchObject({ exitCode: 3 });
    expect(outcome.complaint).toContain('(permission.missing)');
  });

  it('is 0 for help and the version', async () => {
    const help = await cairn(['task', 'log', '--help']);
    expect(help).toMatchObject({ exitCode: 0, complaint: '' });
    expect(help.text).toContain('cairn task log 17 -f');
    expect((await cairn(['--version'])).text).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('tables and JSON', () => {
  it('lists tasks', async () => {
    peer.tasks.set(17, aTask());
    const listed = await cairn(['task', 'list', '--state', 'building', '--source', 'zlib']);
    expect(listed.text.split('\n')[1]).toMatch(/^17 {2}building {2}zlib {4}1\.3\.1-27 {2}main/);
    expect(peer.seen[0]?.url).toBe('/api/v1/tasks?state=building&source=zlib&limit=50');
    const json = await cairn(['task', 'list', '--json']);
    expect(JSON.parse(json.text)).toMatchObject({ tasks: [{ id: 17, state: 'building' }] });
  });

  it('shows what failed, and neutralises what the builder said', async () => {
    const failure = { ...FAILURE, excerpt: 'cc: \u202eerror' };
    const attempts = [anAttempt({ state: 'failed', failure })];
    peer.tasks.set(17, aTask({ state: 'failed', attempts }));
    const { text } = await cairn(['task', 'show', '#17']);
    expect(text).toContain('make failed. (build.command-failed)');
    expect(text).toContain('exit code 2');
    expect(text).toContain('  cc: \\u{202e}error');
  });

  it('explains a chain, and ends when it bites its tail', async () => {
    const reason = (taskId: number, source: string) => ({
      code: 'task.blocked',
      sentence: `It waits for ${source}.`,
      tasks: [{ taskId, source }],
    });
    const blocked: Partial<TaskDetail> = { state: 'new', blocked: true, attempts: [] };
    peer.tasks.set(19, aTask({ ...blocked, id: 19, source: 'app', reason: reason(18, 'lib') }));
    peer.tasks.set(18, aTask({ ...blocked, id: 18, source: 'lib', reason: reason(17, 'zlib') }));
    const attempts = [anAttempt({ state: 'failed', failure: FAILURE })];
    peer.tasks.set(17, aTask({ state: 'failed', attempts, reason: reason(19, 'app') }));
    const { text } = await cairn(['why', '19']);
    expect(text.split('\n').slice(0, 4)).toEqual([
      '#19 app 1.3.1-27 is blocked: It waits for lib.',
      '  #18 lib 1.3.1-27 is blocked: It waits for zlib.',
      '    #17 zlib 1.3.1-27 is failed: It waits for app.',
      '      make failed. (build.command-failed)',
    ]);
    const json = JSON.parse((await cairn(['why', '19', '--json'])).text) as { chain: unknown[] };
    expect(json.chain).toHaveLength(3);
    expect(json.chain[2]).toMatchObject({ depth: 2, taskId: 17, failure: FAILURE });
  });

  it('plans a project from a file and from the standard input', async () => {
    await cairn(['login', '--code', 'good']);
    const document = path.join(folder, 'project.yaml');
    writeFileSync(document, 'project: main\n');
    const planned = await cairn(['project', 'plan', document]);
    expect(planned.text).toContain('~ repository recipes: branch: a → b');
    await cairn(['project', 'plan', '-', '--json'], {}, 'project: piped\n');
    expect(peer.seen.map(({ body }) => body)).toEqual([
      { code: 'good' },
      { document: 'project: main\n' },
      { document: 'project: piped\n' },
    ]);
  });
});

describe('task log', () => {
  const hostile = Buffer.concat([
    Buffer.from('first\n\u001b[2J\u001b[31mred\u001b[0m\n'),
    Buffer.from(Array.from({ length: 5_000 }, (_, at) => at % 256)),
  ]);

  it('writes the very bytes into a pipe', async () => {
    peer.log = hostile;
    peer.tasks.set(17, aTask());
    const printed = await cairn(['task', 'log', '17']);
    expect(printed.exitCode).toBe(0);
    expect(printed.stdout.equals(hostile)).toBe(true);
  });

  it('follows through cut connections without losing or doubling a byte', async () => {
    peer.log = hostile;
    peer.cuts = [1_500, 0];
    peer.tasks.set(17, aTask());
    peer.onLogEnd = () =>
      peer.tasks.set(17, aTask({ attempts: [anAttempt({ state: 'reserved' })] }));
    const followed = await cairn(['task', 'log', '17', '-f']);
    expect(followed.exitCode).toBe(0);
    expect(followed.stdout.equals(hostile)).toBe(true);
    expect(peer.seen.filter(({ url }) => url.includes('/follow'))).toHaveLength(3);
  });

  it('exits with 1 when the build failed', async () => {
    peer.log = Buffer.from('no\n');
    peer.tasks.set(17, aTask({ attempts: [anAttempt({ state: 'failed', failure: FAILURE })] }));
    const followed = await cairn(['task', 'log', '17', '--follow', '--attempt', '1']);
    expect(followed).toMatchObject({ exitCode: 1, text: 'no\n' });
    expect(followed.complaint).toContain('(build.command-failed)');
  });

  it('waits for the attempt, and says why', async () => {
    peer.log = Buffer.from('yes\n');
    const reason = { code: 'task.ready', sentence: 'It waits for a builder.', tasks: [] };
    peer.tasks.set(17, aTask({ state: 'new', reason, attempts: [] }));
    const following = cairn(['task', 'log', '17', '-f']);
    await expect.poll(() => peer.seen.length, { timeout: 10_000 }).toBeGreaterThan(1);
    peer.tasks.set(17, aTask({ attempts: [anAttempt({ state: 'accepted' })] }));
    const followed = await following;
    expect(followed).toMatchObject({ exitCode: 0, text: 'yes\n' });
    expect(followed.complaint).toContain('waits: It waits for a builder.');
  });

  it('says when there is no such attempt', async () => {
    peer.tasks.set(17, aTask());
    const outcome = await cairn(['task', 'log', '17', '--attempt', '2']);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.complaint).toContain('(attempt.not-found)');
  });

  const script = '/usr/bin/script';
  const why = existsSync(script) ? '' : ' (skipped: there is no script command)';
  it.skipIf(why !== '')(`shows hostile bytes on a terminal, and keeps colours${why}`, async () => {
    peer.log = Buffer.from('\u001b[2J\u001b[31mred\u001b[0m\r\nend\n');
    peer.tasks.set(17, aTask());
    const outputFile = path.join(folder, 'typescript');
    const command = `${NODE} ${CAIRN} task log 17`;
    await new Promise((resolve) => {
      spawn(script, ['-qec', command, outputFile], {
        env: environmentWith({ TERM: 'xterm' }),
        stdio: ['ignore', 'ignore', 'inherit'],
      }).on('close', resolve);
    });
    const shown = readFileSync(outputFile, 'utf8');
    expect(shown).toContain('␛[2J\u001b[31mred\u001b[0m');
    expect(shown).not.toContain('\u001b[2J');
  });
});

describe('the launcher', () => {
  it('says what to do where nothing is built', () => {
    const bare = path.join(folder, 'bin');
    spawnSync('mkdir', [bare]);
    const launcher = path.join(bare, 'cairn.mjs');
    writeFileSync(launcher, readFileSync(CAIRN));
    const outcome = spawnSync(NODE, [launcher, 'task', 'list'], { encoding: 'utf8' });
    expect(outcome.status).toBe(2);
    expect(outcome.stderr).toBe(
      'cairn: The command is not built (cli.not-built). Run `npm run build` in the checkout.\n',
    );
  });
});
