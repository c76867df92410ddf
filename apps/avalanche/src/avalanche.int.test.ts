import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import {
  createTrustFile,
  issueUserJwt,
  createCredentials,
  natsServerConfig,
  parseTrust,
} from '@cairn/auth';
import {
  artefactRead,
  attemptFailed,
  attemptSucceeded,
  contractsTo,
  heartbeat,
  hello,
  logAppend,
  orderBuild,
  orderCancel,
  subjectOf,
  type AttemptReport,
  type BuildOrder,
  type Collectable,
  type NatsContract,
} from '@cairn/contracts';
import { connectNats } from '@cairn/messaging';
import { eventually, makeTestFolder, startNats, type RunningServer } from '@cairn/testing';
import { headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { fromPublic } from '@nats-io/nkeys';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anOrder } from './journal/domain/an-order.js';
import { stateDirectory, type StateDirectory } from './state-directory.js';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const NODE = path.join(ROOT, 'node_modules/.bin/node');
const MAIN = path.join(ROOT, 'apps/avalanche/dist/main.js');
const ID = 'attic';
const SLOW_S = 120;

const folder = makeTestFolder();
const trust = parseTrust(JSON.stringify(createTrustFile()));
let nats: RunningServer;
let enrolments: Server;
let enrolmentsUrl: string;
let hub: Hub;
let vessel: NatsConnection;
let upstream: string;
let commit: string;
let state: StateDirectory;
let builder: ChildProcess | undefined;
let output = '';
/** Credentials that a real enrolment made; each test begins with a copy. */
let enrolled: string;

/** summit as this builder sees it: plain NATS subscriptions that keep what they heard. */
class Hub {
  readonly heard: { subject: string; body: unknown }[] = [];
  readonly logs = new Map<string, Buffer>();
  readonly results: { kind: 'succeeded' | 'failed'; body: Report }[] = [];
  verdicts: { attemptId: string; verdict: 'continue' | 'stop' | 'release' }[] = [];
  outcome: 'taken' | 'refused' | 'silence' = 'taken';
  logsAreKept = true;

  constructor(readonly connection: NatsConnection) {
    for (const contract of contractsTo('summit').filter(({ from }) => from === 'builder')) {
      connection.subscribe(contract.subject, {
        callback: (error, message) => {
          if (error === null) this.#answer(contract, message);
        },
      });
    }
  }

  attempts(): AttemptReport[] {
    const beat = this.heard.findLast(({ subject }) => subject === subjectOf(heartbeat, ID));
    return (beat?.body as { attempts: AttemptReport[] } | undefined)?.attempts ?? [];
  }

  hellos(): { instanceId: string; attempts: AttemptReport[] }[] {
    return this.heard
      .filter(({ subject }) => subject === subjectOf(hello, ID))
      .map(({ body }) => body as { instanceId: string; attempts: AttemptReport[] });
  }

  #answer(contract: NatsContract, message: Msg): void {
    const body: unknown = contract.request.parse(
      contract.bytes === 'request'
        ? JSON.parse(message.headers?.get('Cairn-Meta') ?? '')
        : message.json(),
    );
    this.heard.push({ subject: message.subject, body });
    const reply = this.#replyTo(contract, body, message);
    if (reply !== undefined) message.respond(JSON.stringify(contract.reply.parse(reply)));
  }

  #replyTo(contract: NatsContract, body: unknown, message: Msg): unknown {
    switch (contract) {
      case hello:
        return { version: '1', features: [], heartbeatIntervalMs: 200, verdicts: this.verdicts };
      case heartbeat:
        return { verdicts: this.verdicts };
      case logAppend:
        return this.#keepLog(body as { attemptId: string; offset: number }, message);
      case attemptSucceeded:
      case attemptFailed:
        this.results.push({
          kind: contract === attemptSucceeded ? 'succeeded' : 'failed',
          body: body as Report,
        });
        return this.outcome === 'silence' ? undefined : { outcome: this.outcome };
      default:
        throw new Error(`nobody answers ${contract.subject}`);
    }
  }

  #keepLog(meta: { attemptId: string; offset: number }, message: Msg): unknown {
    const known = this.logs.get(meta.attemptId) ?? Buffer.alloc(0);
    if (!this.logsAreKept) return undefined;
    if (meta.offset !== known.byteLength) {
      const problem = headers();
      problem.set('Nats-Service-Error-Code', '409');
      const error = { code: 'log.offset-mismatch', message: 'elsewhere' };
      const details = { expectedOffset: known.byteLength };
      message.respond(JSON.stringify({ ...error, details }), { headers: problem });
      return undefined;
    }
    const log = Buffer.concat([known, message.data]);
    this.logs.set(meta.attemptId, log);
    return { nextOffset: log.byteLength };
  }
}

interface Report {
  attemptId: string;
  fence: number;
  logSizeBytes: number;
  collectables?: Collectable[];
  failure?: { class: string; code: string; step: string; exitCode?: number; excerpt?: string };
}

const RECIPE = (name: string, install: string) => `name        : ${name}
version     : "1.0"
release     : 1
homepage    : https://example.org/${name}
summary     : A package for a test
description : |
    Made by a test.
license     : MPL-2.0
install     : |
    ${install}
`;

function writeRecipes(): void {
  const recipes = {
    quick:
      'mkdir -p %(installroot)/usr/share/quick; echo hello > %(installroot)/usr/share/quick/file; echo quick is done',
    broken: 'echo before; false',
    slow: `echo slow has begun; sleep ${SLOW_S}`,
  };
  for (const [name, install] of Object.entries(recipes)) {
    mkdirSync(path.join(upstream, name), { recursive: true });
    writeFileSync(path.join(upstream, name, 'stone.yaml'), RECIPE(name, install));
  }
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', upstream, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args],
      {
        encoding: 'utf8',
      },
    ).trim();
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'recipes');
  commit = git('rev-parse', 'HEAD');
}

function order(recipe: string, facts: Partial<BuildOrder> = {}): BuildOrder {
  return anOrder({
    attemptId: randomUUID(),
    source: recipe,
    repository: { url: upstream, branch: 'main', commit, recipePath: `${recipe}/stone.yaml` },
    ...facts,
  });
}

async function send(contract: NatsContract, body: unknown): Promise<Msg> {
  const subject = subjectOf(contract, ID);
  return hub.connection.request(subject, JSON.stringify(body), { timeout: 10_000 });
}

async function give(wanted: BuildOrder): Promise<BuildOrder> {
  const reply = await send(orderBuild, wanted);
  expect(reply.json()).toEqual({ slot: 0 });
  return wanted;
}

async function resultOf(attemptId: string): Promise<{ kind: string; body: Report }> {
  return eventually(
    () => {
      const found = hub.results.find(({ body }) => body.attemptId === attemptId);
      if (found === undefined) throw new Error(`no result yet\n${output.slice(-3_000)}`);
      return found;
    },
    { timeoutMs: 45_000 },
  );
}

function startBuilder(environment: Record<string, string> = {}): ChildProcess {
  output = '';
  const child = spawn(NODE, [MAIN], {
    env: {
      PATH: process.env['PATH'] ?? '',
      AVALANCHE_STATE_DIR: state.root,
      AVALANCHE_ALLOW_LOCAL_REPOSITORIES: 'true',
      AVALANCHE_MIN_FREE_BYTES: '1000000',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  builder = child;
  return child;
}

async function startReady(environment: Record<string, string> = {}): Promise<ChildProcess> {
  const hellosBefore = hub.hellos().length;
  const child = startBuilder(environment);
  await eventually(() => expect(hub.hellos().length, output).toBeGreaterThan(hellosBefore), {
    timeoutMs: 30_000,
  });
  await eventually(() => expect(output).toContain('Avalanche ready'));
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  child.kill(signal);
  return exited;
}

async function enrol(code: string): Promise<{ status: number | null; text: string }> {
  const child = spawn(
    NODE,
    [MAIN, 'enrol', '--summit', enrolmentsUrl, '--code', code, '--state', state.root],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  }
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { status, text };
}

/** The door of summit that takes codes: the code `good` makes the builder `attic`. */
async function startEnrolments(): Promise<void> {
  enrolments = createServer((request, response) => {
    void (async () => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      const { enrolmentCode, publicKey } = JSON.parse(body) as Record<string, string>;
      if (enrolmentCode !== 'good') {
        response.writeHead(403, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify({ code: 'enrolment.invalid', message: 'The code is not valid.' }),
        );
        return;
      }
      const user = fromPublic(publicKey ?? '');
      const jwt = await issueUserJwt({ trust, role: 'builder', name: ID, user });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ builderId: ID, jwt, natsUrl: nats.url }));
    })();
  });
  await new Promise<void>((resolve) => enrolments.listen(0, '127.0.0.1', resolve));
  const address = enrolments.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  enrolmentsUrl = `http://127.0.0.1:${address.port}`;
}

async function startBroker(port?: number): Promise<void> {
  nats = await startNats({
    dir: path.join(folder.dir, 'nats'),
    ...(port === undefined ? {} : { port }),
    config: ({ dir }) => brokerConfig(path.join(dir, 'resolver')),
  });
}
let brokerConfig: Awaited<ReturnType<typeof natsServerConfig>>;

/** The tests run the program as it is delivered. Type errors are the linter's business, not that of these tests. */
function compile(): void {
  const project = 'apps/avalanche/tsconfig.build.json';
  const { status, stdout } = spawnSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-b', project], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) console.warn(`Compiled with errors:\n${stdout}`);
}

beforeAll(async () => {
  compile();
  brokerConfig = await natsServerConfig(trust, { revocations: [] });
  await startBroker();
  await startEnrolments();
  upstream = path.join(folder.dir, 'recipes');
  writeRecipes();
  const link = async (role: 'summit' | 'vessel') =>
    connectNats({
      url: nats.url,
      credentials: await createCredentials(trust, role, role),
      senderId: role,
      name: role,
      onFault: () => undefined,
    });
  hub = new Hub(await link('summit'));
  vessel = await link('vessel');
  state = stateDirectory(path.join(folder.dir, 'enrolled'));
  const done = await enrol('good');
  expect(done.status, done.text).toBe(0);
  enrolled = state.credentials;
});

afterAll(async () => {
  await Promise.all([hub.connection.close(), vessel.close()]);
  enrolments.close();
  await nats.stop();
  folder.remove();
});

beforeEach(async () => {
  state = stateDirectory(path.join(folder.dir, `state-${randomUUID()}`));
  hub.verdicts = [];
  hub.outcome = 'taken';
  hub.logsAreKept = true;
  mkdirSync(state.root, { recursive: true });
  copyFileSync(enrolled, state.credentials);
});

afterEach(async () => {
  if (builder !== undefined) await end(builder, 'SIGKILL');
  builder = undefined;
});

function sleepers(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${SLOW_S}\0`;
      } catch {
        return false;
      }
    });
}

async function startSlowBuild(): Promise<BuildOrder> {
  const slow = await give(order('slow'));
  await eventually(() => expect(sleepers().length, output).toBeGreaterThan(0), {
    timeoutMs: 45_000,
  });
  await eventually(() =>
    expect(hub.logs.get(slow.attemptId)?.toString()).toContain('slow has begun'),
  );
  return slow;
}

async function readArtefact(attemptId: string, file: Collectable): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let offset = 0; offset < file.sizeBytes;) {
    const want = { attemptId, sha256: file.sha256, offset, lengthBytes: 700 };
    const reply = await vessel.request(subjectOf(artefactRead, ID), JSON.stringify(want), {
      timeout: 5_000,
    });
    pieces.push(reply.data);
    offset += reply.data.byteLength;
  }
  return Buffer.concat(pieces);
}

it('builds, streams the log, hands its artefacts out and lets them go', async () => {
  await startReady();
  const quick = await give(order('quick'));
  expect((await send(orderBuild, quick)).json()).toEqual({ slot: 0 });
  const { kind, body } = await resultOf(quick.attemptId);
  expect(kind, JSON.stringify(body)).toBe('succeeded');
  expect(body.collectables?.map(({ kind: what }) => what)).toContain('package');
  await eventually(() => expect(hub.logs.get(quick.attemptId)?.byteLength).toBe(body.logSizeBytes));
  expect(hub.logs.get(quick.attemptId)?.toString()).toContain('quick is done');
  await eventually(() => expect(hub.attempts()[0]?.state).toBe('holding'));
  for (const file of body.collectables ?? []) {
    const bytes = await readArtefact(quick.attemptId, file);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256);
  }
  expect(existsSync(state.attempt(quick.attemptId).work)).toBe(false);
  hub.verdicts = [{ attemptId: quick.attemptId, verdict: 'release' }];
  await eventually(() => expect(hub.attempts()).toEqual([]));
  await eventually(() => expect(existsSync(state.attempt(quick.attemptId).artefacts)).toBe(false));
  expect(
    hub.results.filter(({ body: { attemptId } }) => attemptId === quick.attemptId),
  ).toHaveLength(1);
  expect(JSON.parse(readFileSync(state.runFile, 'utf8'))).toEqual({
    pid: builder?.pid,
    builderId: ID,
  });
});

it('reports a failing recipe with step, exit code and the last lines, and is free again', async () => {
  await startReady();
  const broken = await give(order('broken'));
  const { kind, body } = await resultOf(broken.attemptId);
  expect(kind).toBe('failed');
  expect(body.failure).toMatchObject({ class: 'recipe', step: 'install', exitCode: 1 });
  expect(body.failure?.excerpt).toContain('before');
  const unknown = await give(
    order('quick', { repository: { ...broken.repository, commit: 'e'.repeat(40) } }),
  );
  expect((await resultOf(unknown.attemptId)).body.failure).toMatchObject({ step: 'checkout' });
});

it('cancels: acknowledged at once, every process gone, reported as cancelled; busy until then', async () => {
  await startReady();
  const slow = await startSlowBuild();
  expect((await send(orderBuild, order('quick'))).json()).toMatchObject({ code: 'builder.busy' });
  const began = performance.now();
  const wrong = { attemptId: slow.attemptId, fence: 99 };
  expect((await send(orderCancel, wrong)).json()).toEqual({ state: 'unknown' });
  const reply = await send(orderCancel, { attemptId: slow.attemptId, fence: slow.fence });
  expect(reply.json()).toEqual({ state: 'stopping' });
  expect(performance.now() - began).toBeLessThan(5_000);
  const { body } = await resultOf(slow.attemptId);
  expect(body.failure).toMatchObject({ class: 'cancelled', code: 'build.cancelled' });
  await eventually(() => expect(sleepers()).toEqual([]));
  expect(performance.now() - began).toBeLessThan(30_000);
});

it('stops what summit gives up by a verdict', async () => {
  await startReady();
  const slow = await startSlowBuild();
  hub.verdicts = [{ attemptId: slow.attemptId, verdict: 'stop' }];
  expect((await resultOf(slow.attemptId)).body.failure).toMatchObject({ class: 'cancelled' });
  await eventually(() => expect(sleepers()).toEqual([]));
});

describe('after a kill -9', () => {
  it('reports the build it was in as lost, with nothing left of it', async () => {
    const first = await startReady();
    const slow = await startSlowBuild();
    await end(first, 'SIGKILL');
    await eventually(() => expect(sleepers()).toEqual([]));
    await startReady();
    const { body } = await resultOf(slow.attemptId);
    expect(body.failure).toMatchObject({ class: 'infrastructure', code: 'builder.restarted' });
    await eventually(() => expect(existsSync(state.attempt(slow.attemptId).work)).toBe(false));
    const [before, after] = hub.hellos().slice(-2);
    expect(before?.instanceId).not.toBe(after?.instanceId);
    await resultOf((await give(order('quick'))).attemptId);
  });

  it('goes on offering what was not answered, then holds it and serves it', async () => {
    hub.outcome = 'silence';
    hub.logsAreKept = false;
    const first = await startReady();
    const quick = await give(order('quick'));
    await resultOf(quick.attemptId);
    await end(first, 'SIGKILL');
    hub.outcome = 'taken';
    hub.logsAreKept = true;
    const second = await startReady();
    await eventually(() => expect(hub.attempts()[0]?.state).toBe('holding'));
    await eventually(() =>
      expect(hub.logs.get(quick.attemptId)?.toString()).toContain('quick is done'),
    );
    await end(second, 'SIGKILL');
    await startReady();
    expect(hub.hellos().at(-1)?.attempts[0]).toMatchObject({
      attemptId: quick.attemptId,
      state: 'holding',
    });
    const file = (await resultOf(quick.attemptId)).body.collectables?.[0];
    if (file === undefined) throw new Error('no artefact');
    expect((await readArtefact(quick.attemptId, file)).byteLength).toBe(file.sizeBytes);
  });

  it('starts although a journal is damaged', async () => {
    hub.outcome = 'silence';
    const first = await startReady();
    const quick = await give(order('quick'));
    await resultOf(quick.attemptId);
    await end(first, 'SIGKILL');
    appendFileSync(state.attempt(quick.attemptId).journal, '}');
    await startReady();
    expect(hub.hellos().at(-1)?.attempts).toEqual([]);
    expect(output).toContain('Damaged journal moved aside');
  });
});

it('goes on building while the broker is gone, and tells all when it is back', async () => {
  await startReady();
  const hellosBefore = hub.hellos().length;
  const quick = await give(order('quick'));
  const { port } = nats;
  await nats.kill('SIGKILL');
  await eventually(() => expect(output).toContain('Build succeeded'), { timeoutMs: 45_000 });
  await startBroker(port);
  const { kind, body } = await resultOf(quick.attemptId);
  expect(kind).toBe('succeeded');
  await eventually(() => expect(hub.hellos().length).toBeGreaterThan(hellosBefore));
  await eventually(() => expect(hub.logs.get(quick.attemptId)?.byteLength).toBe(body.logSizeBytes));
});

it('ends on SIGTERM in bounded time and blames itself for the build', async () => {
  const child = await startReady();
  const slow = await startSlowBuild();
  const began = performance.now();
  expect(await end(child, 'SIGTERM'), output).toBe(0);
  expect(performance.now() - began).toBeLessThan(25_000);
  expect(sleepers()).toEqual([]);
  expect((await resultOf(slow.attemptId)).body.failure).toMatchObject({
    class: 'infrastructure',
    code: 'builder.shutdown',
  });
  expect(existsSync(state.runFile)).toBe(false);
});

it('says before it stops that it takes no more orders', async () => {
  const child = await startReady();
  expect(await end(child, 'SIGTERM'), output).toBe(0);
  const said = hub.heard.map(({ body }) => body).filter((body) => 'refusing' in (body as object));
  expect(said.at(-1)).toMatchObject({ refusing: 'draining' });
});

it('takes no orders while it drains or its disk is full, and says so in its heartbeats', async () => {
  await startReady();
  writeFileSync(state.drainFile, '');
  expect((await send(orderBuild, order('quick'))).json()).toMatchObject({
    code: 'builder.draining',
  });
  await eventually(() => expect(hub.heard.at(-1)?.body).toMatchObject({ refusing: 'draining' }));
  if (builder !== undefined) await end(builder, 'SIGKILL');
  execFileSync('rm', [state.drainFile]);
  await startReady({ AVALANCHE_MIN_FREE_BYTES: String(Number.MAX_SAFE_INTEGER) });
  expect((await send(orderBuild, order('quick'))).json()).toMatchObject({
    code: 'builder.disk-full',
  });
  await eventually(() => expect(hub.heard.at(-1)?.body).toMatchObject({ refusing: 'disk-full' }));
});

it('refuses an unencrypted broker elsewhere, and a second process on the same state', async () => {
  const unsafe = startBuilder({ AVALANCHE_NATS_URL: 'nats://hub.example:4222' });
  expect(await new Promise((resolve) => unsafe.once('close', resolve))).toBe(1);
  expect(output).toContain('not encrypted');
  const first = await startReady();
  const second = startBuilder();
  expect(await new Promise((resolve) => second.once('close', resolve))).toBe(1);
  expect(output).toContain('Another avalanche');
  builder = first;
});

it('enrols once, says what to do when it cannot, and keeps its secrets to itself', async () => {
  expect(statSync(enrolled).mode & 0o777).toBe(0o600);
  const before = readFileSync(state.credentials, 'utf8');
  expect((await enrol('other')).text).toContain('Already enrolled as attic');
  expect(readFileSync(state.credentials, 'utf8')).toBe(before);
  state = stateDirectory(path.join(folder.dir, `state-${randomUUID()}`));
  const refused = await enrol('spent');
  expect(refused.status).toBe(1);
  expect(refused.text).toContain('ask an admin for a new one');
  const seed = readFileSync(path.join(state.root, 'enrolment.seed'), 'utf8').trim();
  expect((await enrol('good')).status).toBe(0);
  expect(JSON.parse(readFileSync(state.credentials, 'utf8'))).toMatchObject({
    builderId: ID,
    seed,
  });
  expect(readdirSync(state.root)).toEqual(['credentials.json']);
});
