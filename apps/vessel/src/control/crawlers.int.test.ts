// What readers see while versions are published, one after the other.
import { readSigningKeys } from '@cairn/auth';
import { systemClock } from '@cairn/std';
import { poolPath } from '@cairn/stone';
import { testServers } from '@cairn/testing';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { startCrawlers } from './crawlers.conformance.js';
import { differencesOf } from './leftovers.conformance.js';
import { releaseOf, ReleaseTrain } from './release-train.conformance.js';
import { openRepository, servePublicly, smallPackage } from './repository-world.conformance.js';
import { writeSigningKey } from './signing-key.conformance.js';
import type { Description } from './specification-stone.conformance.js';
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

it('would not miss a package that is gone, an index, a root index or a manifest with other bytes', async () => {
  const { keysFile, publicKey } = writeSigningKey(world.dir);
  const repository = await openRepository({
    ...{ postgres: servers.postgres, dir: world.dir, clock: systemClock },
    signing: { keys: readSigningKeys(readFileSync(keysFile, 'utf8')), validDays: 1 },
  });
  await repository.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
  const item = smallPackage({ name: 'foo' });
  const published = await repository.publish('main', [item]);
  const history = 'history' in published ? published.history : 0;
  const server = await servePublicly(repository.publicDir);
  const faultsWith = async (path: string, change: (bytes: Buffer) => Buffer | undefined) => {
    const file = join(repository.publicDir, 'main', path);
    const good = readFileSync(file);
    const bad = change(good);
    if (bad === undefined) rmSync(file);
    else writeFileSync(file, bad);
    const crawlers = startCrawlers({
      ...{ channelUrl: `${server.url}/main`, count: 2, publicKey, mayBeAway: false },
      releaseOf: () => 0,
    });
    // Whoever has begun a round ends it.
    const { faults } = await crawlers.stop();
    writeFileSync(file, good);
    return faults.join();
  };
  const flipped = (bytes: Buffer) =>
    Buffer.from(bytes.map((byte, at) => (at === 40 ? ~byte : byte)));
  const longer = (bytes: Buffer) => Buffer.concat([bytes, Buffer.from(' ')]);
  try {
    expect(await faultsWith(poolPath(item.description), (bytes) => bytes)).toBe('');
    expect(await faultsWith(poolPath(item.description), () => undefined)).toContain('404');
    expect(await faultsWith(poolPath(item.description), longer)).toContain('is not what');
    const index = `history/${history}/x86_64/stone.index`;
    expect(await faultsWith(index, flipped)).toContain('other bytes');
    expect(await faultsWith('moss-root-index.json', longer)).toContain('No statement covers');
    const manifest = `history/${history}/manifest.json`;
    expect(await faultsWith(manifest, longer)).toContain('covers another manifest');
    expect(await faultsWith('moss-root-index.json.sig', () => undefined)).toContain('404');
  } finally {
    await server.close();
    await repository.close();
  }
});

it('would not miss a mixture', () => {
  const of = (name: string, architecture: string, release: number) =>
    ({ name, architecture, release }) as Description;
  const whole = ['app', 'app-devel'].flatMap((name) => [
    of(name, 'x86_64', 2),
    of(name, 'aarch64', 2),
  ]);
  expect(releaseOf([])).toBe(0);
  expect(releaseOf(whole)).toBe(2);
  expect(() => releaseOf(whole.slice(1))).toThrow('A mixture');
  expect(() => releaseOf([...whole.slice(1), of('app', 'x86_64', 1)])).toThrow('A mixture');
});
