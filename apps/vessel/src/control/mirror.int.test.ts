// What people do with a published repository who have nothing but its address and a key: the shipped command, over HTTP.
import { readSigningKeys } from '@cairn/auth';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DAY_MS, type Instant } from '@cairn/std';
import {
  openRepository,
  servePublicly,
  smallPackage,
  type RepositoryWorld,
} from './repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const ROOT = join(import.meta.dirname, '../../../..');
const BIN = join(ROOT, 'node_modules/.bin');
const BUILD_TIMEOUT_MS = 240_000;

const secret = generateKeyPairSync('ed25519');
const keyFile = join(folder.dir, 'trusted.pem');
const foreignFile = join(folder.dir, 'foreign.pem');
let world: RepositoryWorld;
let server: Awaited<ReturnType<typeof servePublicly>>;

beforeAll(async () => {
  execFileSync(join(BIN, 'tsc'), ['-b', 'apps/cli/tsconfig.build.json'], { cwd: ROOT });
  const pem = { format: 'pem' } as const;
  writeFileSync(keyFile, secret.publicKey.export({ type: 'spki', ...pem }));
  const { publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(foreignFile, publicKey.export({ type: 'spki', ...pem }));
  const keys = readSigningKeys(secret.privateKey.export({ type: 'pkcs8', ...pem }).toString());
  const clock = new ManualClock((Date.now() - 20 * DAY_MS) as Instant);
  const { postgres } = servers;
  const signing = { keys, validDays: 30 };
  world = await openRepository({ postgres, dir: folder.dir, clock, signing });
  await world.channels.ensure({ channel: 'main', architectures: ['aarch64', 'x86_64'] });
  for (const name of ['foo', 'bar', 'baz++']) await world.publish('main', [smallPackage({ name })]);
  await world.change({ kind: 'tag', channel: 'main', tag: 'first', version: 'stream/volatile' });
  server = await servePublicly(world.publicDir);
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await server.close();
  await world.close();
  folder.remove();
});

async function cairn(...args: string[]) {
  const child = spawn(
    join(BIN, 'node'),
    [join(ROOT, 'apps/cli/bin/cairn.mjs'), 'channel', ...args],
    {
      env: { PATH: process.env['PATH'], HOME: folder.dir },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let text = '';
  let complaint = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { exitCode, text, complaint };
}

async function verify(url: string, ...more: string[]) {
  const { exitCode, text, complaint } = await cairn('verify', url, '--json', ...more);
  expect(complaint).toBe('');
  const report = JSON.parse(text) as { problems: { code: string }[]; packageCount: number };
  expect(exitCode).toBe(report.problems.length === 0 ? 0 : 1);
  return { codes: report.problems.map(({ code }) => code), report };
}

it('verifies a repository from its address and a key, to the last byte', async () => {
  const good = await verify(`${server.url}/main`, '--key', keyFile, '--deep');
  expect(good).toMatchObject({ codes: [], report: { versionCount: 4, packageCount: 3 } });
  expect((await verify(`${server.url}/main`)).codes).toEqual([]);
  const foreign = await verify(`${server.url}/main`, '--key', foreignFile);
  expect(new Set(foreign.codes)).toEqual(new Set(['signature-invalid']));
});

it('does not take one channel for another, though one key signs both', async () => {
  const dir = join(folder.dir, 'posing');
  cpSync(join(world.publicDir, 'main'), join(dir, 'stable'), { recursive: true });
  const posing = await servePublicly(dir);
  try {
    const found = await verify(`${posing.url}/stable`, '--key', keyFile);
    expect(new Set(found.codes)).toEqual(new Set(['other-channel']));
    const named = ['--key', keyFile, '--channel', 'main'];
    expect((await verify(`${posing.url}/stable`, ...named)).codes).toEqual([]);
    const target = join(folder.dir, 'posed');
    const mirrored = await cairn('mirror', `${posing.url}/stable`, target, '--key', keyFile);
    expect(mirrored.exitCode).not.toBe(0);
    expect(existsSync(target)).toBe(false);
  } finally {
    await posing.close();
  }
});

it('copies a mirror that verifies by itself, and follows it with what is new only', async () => {
  const dir = join(folder.dir, 'mirror/main');
  const mirror = await servePublicly(join(folder.dir, 'mirror'));
  try {
    const first = await cairn('mirror', `${server.url}/main`, dir, '--key', keyFile, '--json');
    expect(first).toMatchObject({ exitCode: 0 });
    expect(JSON.parse(first.text)).toMatchObject({ versionCount: 4, fetchedCount: 3 });
    const state = ['--state', join(folder.dir, 'state.json')];
    const keyed = ['--key', keyFile, '--deep'];
    expect((await verify(`${mirror.url}/main`, ...keyed, ...state)).codes).toEqual([]);

    const old = ['moss-root-index.json', 'moss-root-index.json.sig'].map((name) => ({
      path: join(dir, name),
      bytes: readFileSync(join(dir, name)),
    }));
    await world.publish('main', [smallPackage({ name: 'foo', sourceRelease: 2 })]);
    const next = await cairn('mirror', `${server.url}/main`, dir, '--key', keyFile, '--json');
    expect(JSON.parse(next.text)).toMatchObject({ versionCount: 5, fetchedCount: 1 });
    expect((await verify(`${mirror.url}/main`, ...keyed, ...state)).codes).toEqual([]);

    // Somebody shows an old state of the mirror, correctly signed.
    for (const { path, bytes } of old) writeFileSync(path, bytes);
    expect((await verify(`${mirror.url}/main`, ...keyed, ...state)).codes).toEqual(['rolled-back']);
    expect((await verify(`${mirror.url}/main`, ...keyed)).codes).toEqual([]);
  } finally {
    await mirror.close();
  }
});

it('names every file that is missing or was changed', async () => {
  const dir = join(folder.dir, 'bad/main');
  const mirror = await servePublicly(join(folder.dir, 'bad'));
  try {
    await cairn('mirror', `${server.url}/main`, dir);
    const pool = readdirSync(join(dir, 'pool'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    const [gone = '', changed = ''] = pool;
    rmSync(gone);
    const bytes = readFileSync(changed);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(changed, bytes);
    const [history = ''] = readdirSync(join(dir, 'history'));
    writeFileSync(join(dir, 'history', history, 'x86_64/stone.index'), 'x');
    const { codes } = await verify(`${mirror.url}/main`, '--key', keyFile, '--deep');
    expect(codes.sort()).toEqual(['index-mismatch', 'package-mismatch', 'package-missing']);
    const again = await cairn('mirror', `${mirror.url}/main`, join(folder.dir, 'worse'));
    expect(again).toMatchObject({ exitCode: 1 });
    expect(again.complaint).toMatch(/repository\.(index|package)-mismatch/);
    expect(await cairn('verify', 'ftp://x')).toMatchObject({ exitCode: 2 });
    expect(await cairn('verify', 'http://127.0.0.1:1/main')).toMatchObject({ exitCode: 4 });
  } finally {
    await mirror.close();
  }
});

const hasRsync = spawnSync('rsync', ['--version']).status === 0;
if (!hasRsync) console.log('mirror.int.test.ts: rsync is absent, two tests are skipped');
const ROOT_FILES = ['', '.zst', '.sig'].map((suffix) => `main/moss-root-index.json${suffix}`);

/** A mirror by the very commands that the documentation gives, one after the other. */
function rsyncMirror(name: string) {
  const dir = join(folder.dir, name);
  const places = {
    SOURCE: world.publicDir,
    STAGE: join(dir, 'stage'),
    MIRROR: join(dir, 'mirror'),
  };
  mkdirSync(places.STAGE, { recursive: true });
  mkdirSync(places.MIRROR, { recursive: true });
  const text = readFileSync(join(ROOT, 'docs/operating/mirrors.md'), 'utf8');
  const recipe = /```sh\n(ROOTS=[^`]*)```/.exec(text)?.[1] ?? '';
  const lines = recipe.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const commands = lines.filter((line) => line.startsWith('rsync '));
  const variables = lines.filter((line) => !commands.includes(line));
  const run = async (command: string) => {
    const script = command.replace(
      /\b(SOURCE|STAGE|MIRROR)\b/g,
      (place) => places[place as keyof typeof places],
    );
    const child = spawn('sh', ['-ec', [...variables, script].join('\n')], { stdio: 'inherit' });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  };
  const runAll = async () => {
    for (const command of commands) await run(command);
  };
  return { mirrorDir: places.MIRROR, commands, run, runAll };
}

/** The stream goes to the version before, or back: a root index of the same size. */
const turn = () => world.change({ kind: 'roll-back', channel: 'main', stream: 'volatile' });

it.skipIf(!hasRsync)(
  'copies with rsync a root index that has the size and second of the old one',
  async () => {
    const { mirrorDir, runAll } = rsyncMirror('same-second');
    await runAll();
    const second = 1_700_000_000;
    const bytesIn = (dir: string) => ROOT_FILES.map((file) => readFileSync(join(dir, file)));
    const before = bytesIn(world.publicDir);
    const setTimes = (dir: string) => {
      for (const file of ROOT_FILES) utimesSync(join(dir, file), second, second);
    };
    setTimes(mirrorDir);
    setTimes(join(mirrorDir, '../stage'));
    await turn();
    setTimes(world.publicDir);
    const after = bytesIn(world.publicDir);
    expect(after[0]?.byteLength).toBe(before[0]?.byteLength);
    expect(after[0]).not.toEqual(before[0]);
    await runAll();
    expect(bytesIn(mirrorDir)).toEqual(after);
  },
);

it.skipIf(!hasRsync)(
  'gives a mirror with rsync that verifies after each of its commands, whatever is published meanwhile',
  async () => {
    const { mirrorDir, commands, run, runAll } = rsyncMirror('meanwhile');
    await runAll();
    const mirror = await servePublicly(mirrorDir);
    const state = ['--state', join(folder.dir, 'rsync-state.json')];
    const check = async () => {
      const { codes } = await verify(`${mirror.url}/main`, '--key', keyFile, '--deep', ...state);
      expect(codes).toEqual([]);
    };
    let release = 10;
    const publishNext = () => {
      release += 1;
      return world.publish('main', [smallPackage({ name: 'foo', sourceRelease: release })]);
    };
    try {
      expect(commands.length).toBeGreaterThan(1);
      for (let round = 0; round < 2; round += 1) {
        for (const command of commands) {
          await publishNext();
          await turn();
          await run(command);
          await check();
        }
      }
      // And without waiting for each other.
      let isMirroring = true;
      const publishing = async () => {
        while (isMirroring) await publishNext();
      };
      const checking = async () => {
        while (isMirroring) await check();
      };
      const mirroring = async () => {
        for (let round = 0; round < 5; round += 1) await runAll();
      };
      await Promise.all([
        publishing(),
        checking(),
        mirroring().finally(() => (isMirroring = false)),
      ]);
      await check();
    } finally {
      await mirror.close();
    }
  },
  120_000,
);
