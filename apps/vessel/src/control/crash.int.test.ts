import { changeSetPublish, channelEnsure, importStart } from '@cairn/contracts';
import { decodeIndex } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { eventually, testServers } from '@cairn/testing';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  buildPackage,
  createWorld,
  outcomeOf,
  publicationOf,
  REPOSITORY_ROOT,
  sha256Of,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const BIN = join(REPOSITORY_ROOT, 'node_modules/.bin');
const MAIN = join(REPOSITORY_ROOT, 'apps/vessel/dist/main.js');
const READY_TIMEOUT_MS = 30_000;
const BUILD_TIMEOUT_MS = 240_000;
/** How often vessel is killed while it publishes. */
const KILLS = process.env['CAIRN_FULL'] === '1' ? 200 : 3;
const KILLED_WITHIN_MS = 150;
const ROUND_TIMEOUT_MS = 60_000;
const SEED = Number(process.env['CAIRN_SEED'] ?? Date.now() % 1_000_000);

let world: World;
let builder: TestBuilder;
let running: ChildProcess | undefined;

beforeAll(async () => {
  // A process that is killed must be a real one: the one that is shipped.
  execFileSync(join(BIN, 'tsc'), ['-b', 'apps/vessel/tsconfig.build.json'], {
    cwd: REPOSITORY_ROOT,
    stdio: 'inherit',
  });
  world = await createWorld(servers.postgres);
  builder = await world.builder();
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await kill('SIGKILL');
  await world.stop();
});

async function start(environment: Record<string, string>): Promise<string> {
  const facts = join(environment['VESSEL_DATA_DIR'] ?? '', 'vessel.json');
  const child = spawn(join(BIN, 'node'), [MAIN], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  running = child;
  return eventually(
    () => {
      const { pid, url } = JSON.parse(readFileSync(facts, 'utf8')) as { pid: number; url: string };
      expect(pid).toBe(child.pid);
      return url;
    },
    { timeoutMs: READY_TIMEOUT_MS },
  );
}

async function kill(signal: NodeJS.Signals): Promise<number | null> {
  const child = running;
  running = undefined;
  if (child === undefined) return null;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
  return child.exitCode;
}

async function orderBuild(
  what: { readonly channel: string; readonly changeSetId: string; readonly importId: string },
  build: Awaited<ReturnType<typeof buildPackage>>,
): Promise<void> {
  builder.artefacts.set(build.collectable.sha256, build.bytes);
  const { sourceId: source, version, sourceRelease, buildRelease } = build.description;
  const expected = {
    source,
    version,
    sourceRelease,
    buildRelease,
    architecture: 'x86_64' as const,
  };
  const body = { ...what, builderId: builder.id, expected, collectables: [build.collectable] };
  await insist(() => world.summit.request(importStart, body, { timeoutMs: 2_000 }));
}

/** Asks until it is answered, as summit's outbox does. */
function insist<T>(ask: () => Promise<T>): Promise<T> {
  return eventually(ask, { timeoutMs: READY_TIMEOUT_MS, intervalMs: 50 });
}

/** Everything that a client can reach from the root index on disk must be there and be right. */
async function expectConsistent(publicDir: string, channel: string): Promise<readonly string[]> {
  const dir = join(publicDir, channel);
  const root = JSON.parse(readFileSync(join(dir, 'moss-root-index.json'), 'utf8')) as {
    streams: { volatile: { history: string } };
    history: Record<string, unknown>;
  };
  const codec = await loadCodec();
  for (const history of Object.keys(root.history)) {
    const bytes = readFileSync(join(dir, 'history', history, 'x86_64/stone.index'));
    const index = decodeIndex(bytes, codec, { mode: 'strict' });
    if (!index.ok) throw new Error(`${history}: ${index.error.code}`);
    for (const entry of index.value) {
      const file = join(dir, 'history', history, 'x86_64', entry.uri ?? '');
      expect(sha256Of(readFileSync(file))).toBe(entry.hash);
    }
    if (history === root.streams.volatile.history) {
      return index.value.map(({ name, buildRelease }) => `${name} ${buildRelease}`);
    }
  }
  throw new Error('the stream points to a version that is not listed');
}

function draftsBelow(dir: string): string[] {
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.partial'));
}

it('killed in the middle of an import, it goes on from what is on disk and imports once', async () => {
  const environment = await world.environment();
  const dataDir = environment['VESSEL_DATA_DIR'] ?? '';
  await start(environment);
  const channel = 'killed-import';
  await insist(() => world.summit.request(channelEnsure, { channel, architectures: ['x86_64'] }));
  const build = await buildPackage(world.dir, { name: 'large' }, randomBytes(20_000_000));
  const half = 10_000_000;
  builder.beforeAnswer = (offset) => offset < half;
  const importId = randomUUID();
  await orderBuild({ channel, changeSetId: randomUUID(), importId }, build);
  const partial = join(dataDir, 'incoming', importId, build.collectable.sha256);
  await eventually(() => expect(statSync(partial).size).toBeGreaterThanOrEqual(half), {
    timeoutMs: READY_TIMEOUT_MS,
  });
  await kill('SIGKILL');
  const kept = statSync(partial).size;
  builder.beforeAnswer = () => true;
  builder.reads.length = 0;
  await start(environment);
  expect(await outcomeOf(world, importId, READY_TIMEOUT_MS)).toMatchObject({ kind: 'staged' });
  expect(Math.min(...builder.reads)).toBe(kept);
  expect(world.heard.imports.get(importId)).toHaveLength(1);
  expect(readdirSync(join(dataDir, 'public', channel, 'history'))).toHaveLength(2);
  await eventually(() => expect(existsSync(partial)).toBe(false));
  expect(await kill('SIGTERM')).toBe(0);
}, 120_000);

it(
  'killed at random instants while it publishes, it always shows the old or the new version',
  async () => {
    const environment = await world.environment();
    const publicDir = join(environment['VESSEL_DATA_DIR'] ?? '', 'public');
    const channel = 'killed-publish';
    await start(environment);
    await insist(() => world.summit.request(channelEnsure, { channel, architectures: ['x86_64'] }));
    console.log(`${KILLS} kills, seed ${SEED}`);
    let state = SEED;
    let release = 0;
    for (let round = 0; round < KILLS; round += 1) {
      release += 1;
      const build = await buildPackage(
        world.dir,
        { name: 'app', sourceId: 'app', buildRelease: release },
        randomBytes(1_000),
      );
      const ids = { channel, changeSetId: randomUUID(), importId: randomUUID() };
      const work = (async () => {
        await orderBuild(ids, build);
        await outcomeOf(world, ids.importId, READY_TIMEOUT_MS);
        const wish = { changeSetId: ids.changeSetId, channel, stream: 'volatile' };
        await insist(() => world.summit.request(changeSetPublish, wish, { timeoutMs: 2_000 }));
        return publicationOf(world, ids.changeSetId);
      })();
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      await sleep((state / 2_147_483_648) * KILLED_WITHIN_MS);
      await kill('SIGKILL');
      const between = await expectConsistent(publicDir, channel);
      expect([[], [`app ${release - 1}`], [`app ${release}`]]).toContainEqual(between);
      await start(environment);
      expect(await work).toMatchObject({ kind: 'published' });
      expect(await expectConsistent(publicDir, channel)).toEqual([`app ${release}`]);
      expect(world.heard.publications.get(ids.changeSetId)?.length).toBeGreaterThan(0);
      await eventually(() => expect(draftsBelow(environment['VESSEL_DATA_DIR'] ?? '')).toEqual([]));
    }
    expect(await kill('SIGTERM')).toBe(0);
  },
  KILLS * ROUND_TIMEOUT_MS,
);
