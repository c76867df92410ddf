import { eventually, freePort, testServers } from '@cairn/testing';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { startCrawlers } from './crawlers.conformance.js';
import { differencesOf } from './leftovers.conformance.js';
import { releaseOf, ReleaseTrain } from './release-train.conformance.js';
import { canHaveSmallDisk, SmallDisk } from './small-disk.conformance.js';
import { writeSigningKey } from './signing-key.conformance.js';
import { BUILD_TIMEOUT_MS, buildVessel, VesselProcess } from './vessel-process.conformance.js';
import { createWorld, type World } from './vessel-world.conformance.js';

const isPossible = canHaveSmallDisk();
if (!isPossible) console.log('full-disk.int.test.ts: no mount namespaces here, skipped');

const ROUNDS = process.env['CAIRN_FULL'] === '1' ? 60 : 2;
const ROUND_TIMEOUT_MS = 60_000;
/** Publishing one release needs about as much. */
const LEFT_BYTES_MAX = 96 * 1_024;
/** Longer than a builder that brings nothing is waited for. */
const FULL_FOR_MS = 2_500;
const STAGNATION_SECONDS = '1';
const CRAWLERS = 10;

const servers = testServers({ postgres: 'shared' });
const vessel = new VesselProcess();
let world: World;
let disk: SmallDisk;

beforeAll(async () => {
  if (!isPossible) return;
  buildVessel();
  world = await createWorld(servers.postgres);
  disk = await SmallDisk.mount(join(world.dir, 'disk'));
}, BUILD_TIMEOUT_MS);
afterAll(async () => {
  if (!isPossible) return;
  await vessel.kill('SIGKILL');
  await disk.unmount();
  await world.stop();
});

it.skipIf(!isPossible)(
  'waits while its disk is full, killed or not, and loses and leaves nothing',
  async () => {
    const { keysFile, publicKey } = writeSigningKey(world.dir);
    const environment = await world.environment({
      ...{ VESSEL_SIGNING_KEYS_FILE: keysFile, VESSEL_HTTP_PORT: String(await freePort()) },
      ...{ VESSEL_DATA_DIR: join(disk.dir, 'data'), VESSEL_STAGNATION_SECONDS: STAGNATION_SECONDS },
    });
    const dataDir = join(disk.outside, 'data');
    const { command } = disk;
    const db = new VesselDatabase(environment['VESSEL_DATABASE_URL'] ?? '');
    const url = await vessel.start(environment, { command, dataDir });
    const train = new ReleaseTrain(world, await world.builder(), 'main');
    await train.begin();
    const crawlers = startCrawlers({
      ...{ channelUrl: `${url}/main`, count: CRAWLERS, mayBeAway: true, releaseOf },
      publicKey,
    });
    for (let round = 0; round < ROUNDS; round += 1) {
      disk.fill((LEFT_BYTES_MAX * round) / ROUNDS);
      const work = train.publishNext();
      // Awaited below; until then a failure is nobody's.
      work.catch(() => undefined);
      await sleep(FULL_FOR_MS);
      if (round % 2 === 0) {
        await vessel.kill('SIGKILL');
        // Readers have somebody to talk to also while nothing can be written.
        await vessel.start(environment, { command, dataDir, url });
      }
      disk.free();
      expect(await work).toMatchObject({ kind: 'published' });
      await eventually(async () => expect(await differencesOf(db, dataDir)).toEqual([]));
    }
    await eventually(() => {
      const { faults, releases } = crawlers.found;
      if (faults.length === 0) expect(releases).toContain(train.release);
    });
    const { faults, rounds, releases } = await crawlers.stop();
    console.log(`${ROUNDS} times full; ${rounds} rounds of readers saw ${releases.size} releases`);
    expect(faults).toEqual([]);
    await db.close();
    expect(await vessel.kill('SIGTERM')).toBe(0);
  },
  ROUNDS * ROUND_TIMEOUT_MS,
);
