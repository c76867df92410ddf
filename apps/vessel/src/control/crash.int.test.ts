import { channelEnsure, importStart } from '@cairn/contracts';
import { eventually, freePort, testServers } from '@cairn/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { startCrawlers } from './crawlers.conformance.js';
import { differencesOf } from './leftovers.conformance.js';
import { releaseOf, ReleaseTrain } from './release-train.conformance.js';
import { servePublicly } from './repository-world.conformance.js';
import { SpecificationClient } from './specification-client.conformance.js';
import { writeSigningKey } from './signing-key.conformance.js';
import { BUILD_TIMEOUT_MS, buildVessel, VesselProcess } from './vessel-process.conformance.js';
import {
  buildPackage,
  createWorld,
  outcomeOf,
  type TestBuilder,
  type World,
} from './vessel-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const READY_TIMEOUT_MS = 30_000;
const IS_FULL = process.env['CAIRN_FULL'] === '1';
/** How often vessel is killed while it publishes. */
const KILLS = IS_FULL ? 200 : 4;
const KILLED_WITHIN_MS = 400;
const ROUND_TIMEOUT_MS = 60_000;
const CRAWLERS = IS_FULL ? 50 : 10;
const SEED = Number(process.env['CAIRN_SEED'] ?? Date.now() % 1_000_000);

const vessel = new VesselProcess();
let world: World;
let builder: TestBuilder;

beforeAll(async () => {
  buildVessel();
  world = await createWorld(servers.postgres);
  builder = await world.builder();
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await vessel.kill('SIGKILL');
  await world.stop();
});

/** Asks until it is answered, as summit's outbox does. */
function insist<T>(ask: () => Promise<T>): Promise<T> {
  return eventually(ask, { timeoutMs: READY_TIMEOUT_MS, intervalMs: 50 });
}

it('killed in the middle of an import, it goes on from what is on disk and imports once', async () => {
  const environment = await world.environment();
  const dataDir = environment['VESSEL_DATA_DIR'] ?? '';
  await vessel.start(environment);
  const channel = 'killed-import';
  await insist(() => world.summit.request(channelEnsure, { channel, architectures: ['x86_64'] }));
  const build = await buildPackage(world.dir, { name: 'large' }, randomBytes(20_000_000));
  builder.artefacts.set(build.collectable.sha256, build.bytes);
  const half = 10_000_000;
  builder.beforeAnswer = (offset) => offset < half;
  const importId = randomUUID();
  const { sourceId: source, version, sourceRelease, buildRelease } = build.description;
  const expected = {
    source,
    version,
    sourceRelease,
    buildRelease,
    architecture: 'x86_64',
  } as const;
  const collectables = [build.collectable];
  const ids = { importId, changeSetId: randomUUID(), channel, builderId: builder.id };
  await insist(() => world.summit.request(importStart, { ...ids, expected, collectables }));
  const partial = join(dataDir, 'incoming', importId, build.collectable.sha256);
  await eventually(() => expect(statSync(partial).size).toBeGreaterThanOrEqual(half), {
    timeoutMs: READY_TIMEOUT_MS,
  });
  await vessel.kill('SIGKILL');
  const kept = statSync(partial).size;
  builder.beforeAnswer = () => true;
  builder.reads.length = 0;
  await vessel.start(environment);
  expect(await outcomeOf(world, importId, READY_TIMEOUT_MS)).toMatchObject({ kind: 'staged' });
  expect(Math.min(...builder.reads)).toBe(kept);
  expect(world.heard.imports.get(importId)).toHaveLength(1);
  expect(readdirSync(join(dataDir, 'public', channel, 'history'))).toHaveLength(2);
  await eventually(() => expect(existsSync(partial)).toBe(false));
  expect(await vessel.kill('SIGTERM')).toBe(0);
}, 120_000);

/** What readers of the public folder find while vessel is away. */
async function releaseOnDisk(publicDir: string): Promise<number> {
  const server = await servePublicly(publicDir);
  try {
    const client = new SpecificationClient(`${server.url}/main`);
    const root = await client.root();
    const releases = new Map<string, number>();
    for (const history of Object.keys(root.history)) {
      const x86 = await client.packages(history, 'x86_64');
      const all = [...x86, ...(await client.packages(history, 'aarch64'))];
      for (const item of all) await client.verify(history, item);
      releases.set(history, releaseOf(all));
    }
    return releases.get(client.resolve(root, 'stream/volatile')) ?? -1;
  } finally {
    await server.close();
  }
}

it(
  'killed at random instants while it publishes, it always shows the old or the new version, and leaves nothing behind',
  async () => {
    const { keysFile, publicKey } = writeSigningKey(world.dir);
    const environment = await world.environment({
      ...{ VESSEL_SIGNING_KEYS_FILE: keysFile, VESSEL_HTTP_PORT: String(await freePort()) },
    });
    const dataDir = environment['VESSEL_DATA_DIR'] ?? '';
    const db = new VesselDatabase(environment['VESSEL_DATABASE_URL'] ?? '');
    const url = await vessel.start(environment);
    const train = new ReleaseTrain(world, builder, 'main');
    await train.begin();
    const crawlers = startCrawlers({
      ...{ channelUrl: `${url}/main`, count: CRAWLERS, mayBeAway: true, releaseOf },
      publicKey,
    });
    console.log(`${KILLS} kills, seed ${SEED}`);
    let state = SEED;
    for (let round = 1; round <= KILLS; round += 1) {
      const work = train.publishNext();
      // Awaited below; until then a failure is nobody's.
      work.catch(() => undefined);
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      await sleep((state / 2_147_483_648) * KILLED_WITHIN_MS);
      await vessel.kill('SIGKILL');
      expect([round - 1, round]).toContain(await releaseOnDisk(join(dataDir, 'public')));
      await vessel.start(environment);
      expect(await work).toMatchObject({ kind: 'published' });
      expect(await releaseOnDisk(join(dataDir, 'public'))).toBe(round);
      await eventually(async () => expect(await differencesOf(db, dataDir)).toEqual([]));
    }
    const { faults, rounds, absences, releases } = await crawlers.stop();
    console.log(`${rounds} rounds of readers, ${absences} times nobody there`);
    expect(faults).toEqual([]);
    expect(releases.size).toBeGreaterThan(1);
    await db.close();
    expect(await vessel.kill('SIGTERM')).toBe(0);
  },
  KILLS * ROUND_TIMEOUT_MS,
);
