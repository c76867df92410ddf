// What readers see while versions are published, one after the other.
import { testServers } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { startCrawlers } from './crawlers.conformance.js';
import { differencesOf } from './leftovers.conformance.js';
import { releaseOf, ReleaseTrain } from './release-train.conformance.js';
import { writeSigningKey } from './signing-key.conformance.js';
import { BUILD_TIMEOUT_MS, buildVessel, VesselProcess } from './vessel-process.conformance.js';
import { createWorld, type World } from './vessel-world.conformance.js';

const IS_FULL = process.env['CAIRN_FULL'] === '1';
const PUBLISHES = IS_FULL ? 1_000 : 10;
const CRAWLERS = 50;
const TIMEOUT_MS = IS_FULL ? 3_600_000 : 120_000;

const servers = testServers({ postgres: 'shared' });
const vessel = new VesselProcess();
let world: World;

beforeAll(async () => {
  buildVessel();
  world = await createWorld(servers.postgres);
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  await vessel.kill('SIGKILL');
  await world.stop();
});

it(
  'shows fifty readers complete versions only, and everything that these list',
  async () => {
    const { keysFile, publicKey } = writeSigningKey(world.dir);
    const environment = await world.environment({ VESSEL_SIGNING_KEYS_FILE: keysFile });
    const url = await vessel.start(environment);
    const train = new ReleaseTrain(world, await world.builder(), 'main');
    await train.begin();
    const crawlers = startCrawlers({
      channelUrl: `${url}/main`,
      count: CRAWLERS,
      publicKey,
      mayBeAway: false,
      releaseOf,
    });
    const startedAt = performance.now();
    for (let at = 0; at < PUBLISHES; at += 1) {
      expect(await train.publishNext()).toMatchObject({ kind: 'published' });
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const { faults, rounds, packages, releases } = await crawlers.stop();
    console.log(
      `${PUBLISHES} publishes in ${seconds.toFixed(1)} s; ${rounds} rounds of ${CRAWLERS} readers saw ${releases.size} releases and fetched ${packages} packages`,
    );
    expect(faults).toEqual([]);
    expect(rounds).toBeGreaterThan(CRAWLERS);
    const db = new VesselDatabase(environment['VESSEL_DATABASE_URL'] ?? '');
    expect(await differencesOf(db, environment['VESSEL_DATA_DIR'] ?? '')).toEqual([]);
    await db.close();
    expect(await vessel.kill('SIGTERM')).toBe(0);
  },
  TIMEOUT_MS,
);
