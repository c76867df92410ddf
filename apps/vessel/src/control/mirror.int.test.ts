// What people do with a published repository who have nothing but its address and a key: the shipped command, over HTTP.
import { readSigningKeys } from '@cairn/auth';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
