// What a builder offers that is not to be trusted: refused with its code, and nothing of it is kept.
import { importStart } from '@cairn/contracts';
import { eventually, testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publisher } from '../control/publisher.conformance.js';
import {
  buildPackage,
  createWorld,
  outcomeOf,
  type BuiltPackage,
  type ImportOutcome,
  type TestBuilder,
  type World,
} from '../control/vessel-world.conformance.js';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { withBytes, withEntries } from './forged-package.conformance.js';
import {
  hasMalformedStones,
  MALFORMED_DIR,
  malformedStones,
} from './malformed-stones.conformance.js';

if (!hasMalformedStones) {
  console.log('hostile-artefacts.int.test.ts: shared/data is absent, one test skipped');
}

const servers = testServers({ postgres: 'shared' });
let world: World;
let vessel: Awaited<ReturnType<World['start']>>;
let builder: TestBuilder;
let db: VesselDatabase;
let channel: string;
/** What files of the list call themselves. */
let ordered: BuiltPackage;

const { newChannel, order, publish, seen } = publisher({
  world: () => world,
  vessel: () => vessel,
  builder: () => builder,
});

beforeAll(async () => {
  world = await createWorld(servers.postgres);
  const environment = await world.environment();
  vessel = await world.start(environment);
  builder = await world.builder();
  db = new VesselDatabase(environment['VESSEL_DATABASE_URL'] ?? '');
  channel = await newChannel();
  ordered = await buildPackage(world.dir, { name: 'pkg', version: '1' });
});
afterAll(async () => {
  await db.close();
  await vessel.stop();
  await world.stop();
});

/** Everything that an import could leave behind. */
async function kept() {
  const { client } = db;
  const tables = [client.blob, client.package, client.poolObject, client.version] as const;
  const [blobs, packages, objects, versions] = await Promise.all(
    tables.map((table) => (table as typeof client.blob).count()),
  );
  const below = (dir: string) =>
    readdirSync(join(vessel.config.dataDir, dir), { recursive: true, encoding: 'utf8' });
  // What an import that was taken has left there goes a moment after it is told.
  await eventually(() => expect(below('incoming')).toEqual([]));
  const files = [...below('pool'), ...below('public')];
  return { blobs, packages, objects, versions, files: files.sort() };
}

/** Offers it as the only artefact of a build; nothing of it may be kept when it is refused. */
async function offer(build: BuiltPackage): Promise<ImportOutcome> {
  const before = await kept();
  const importId = await order({ channel, changeSetId: randomUUID(), builds: [build] });
  const outcome = await outcomeOf(world, importId);
  if (outcome.kind !== 'staged') expect(await kept()).toEqual(before);
  return outcome;
}

it.skipIf(!hasMalformedStones)(
  'refuses every malformed file with its code and keeps nothing',
  async () => {
    const refused = [...malformedStones()].filter(([, code]) => code !== undefined);
    expect(refused.length).toBeGreaterThan(70);
    const outcomes = new Map<string, string | undefined>();
    for (const [name] of refused) {
      const outcome = await offer(withBytes(ordered, readFileSync(join(MALFORMED_DIR, name))));
      const told = outcome.kind === 'refused' && outcome.code === 'stone.invalid';
      outcomes.set(
        name,
        told ? /\((stone\.[a-z0-9-]+)\)/.exec(outcome.message)?.[1] : outcome.kind,
      );
    }
    expect(outcomes).toEqual(new Map(refused));
    // The order was right all the time.
    const good = withBytes(ordered, readFileSync(join(MALFORMED_DIR, 'ok-baseline.stone')));
    expect(await offer(good)).toMatchObject({ kind: 'staged' });
  },
);

it.each([
  ['upwards', '../../etc/passwd'],
  ['upwards in the middle', 'share/../../../etc/passwd'],
  ['from the root', '/etc/passwd'],
  ['to nowhere', ''],
  ['to itself', './share'],
  ['into a folder', 'share/'],
  ['through an empty name', 'share//x'],
  ['behind a NUL', 'share/x\0/../../y'],
])('refuses an entry that leads %s', async (_, path) => {
  for (const leadsTo of ['x', undefined]) {
    const entry = leadsTo === undefined ? { path } : { path, leadsTo };
    const outcome = await offer(await withEntries(ordered, [{ path: 'share/good' }, entry]));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'stone.invalid' });
    expect(outcome).toHaveProperty('message', expect.stringMatching(/layout-path|string-nul/));
  }
});

it('refuses an entry below a link, and one path twice', async () => {
  const link = { path: 'share/x', leadsTo: '/etc' };
  for (const entries of [
    [link, { path: 'share/x/passwd', leadsTo: 'y' }],
    [link, link],
  ]) {
    const outcome = await offer(await withEntries(ordered, entries));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'stone.invalid' });
  }
});

const links = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ path: `share/many/${at}`, leadsTo: 'x' }));

it('takes a package of 100,000 entries, and none of more than half a million', async () => {
  const built = await buildPackage(world.dir, { name: 'many' });
  const many = await withEntries(built, links(100_000));
  expect(await publish(channel, [many])).toMatchObject({ kind: 'published' });
  expect(await seen(channel)).toContain('many 1-1');
  expect(
    await db.client.packageFile.count({ where: { path: { startsWith: 'share/many/' } } }),
  ).toBe(100_000);
  const more = await withEntries(ordered, links(500_001));
  expect(await offer(more)).toMatchObject({ kind: 'refused', code: 'stone.invalid' });
});

it.each([
  ['source', { source: 'other' }],
  ['version', { version: '2' }],
  ['source release', { sourceRelease: 2 }],
  ['build release', { buildRelease: 2 }],
  ['architecture', { architecture: 'aarch64' as const }],
])('C69: refuses a package with another %s than was ordered', async (_, lie) => {
  const before = await kept();
  const importId = randomUUID();
  builder.artefacts.set(ordered.collectable.sha256, ordered.bytes);
  await world.summit.request(importStart, {
    ...{ importId, changeSetId: randomUUID(), channel, builderId: builder.id },
    expected: {
      ...{ source: 'pkg', version: '1', sourceRelease: 1, buildRelease: 1 },
      ...{ architecture: 'x86_64' as const, ...lie },
    },
    collectables: [ordered.collectable],
  });
  expect(await outcomeOf(world, importId)).toMatchObject({ code: 'artefacts.metadata-mismatch' });
  expect(await kept()).toEqual(before);
});

it('refuses what is larger than a build may be before it asks for a byte', async () => {
  builder.reads.length = 0;
  const collectable = { ...ordered.collectable, sizeBytes: Number.MAX_SAFE_INTEGER };
  expect(await offer({ ...ordered, collectable })).toMatchObject({
    kind: 'refused',
    code: 'artefacts.too-large',
  });
  expect(builder.reads).toEqual([]);
});

it('keeps less than it was told when a builder hands out more without an end', async () => {
  const endless = Buffer.concat([ordered.bytes, Buffer.alloc(50_000_000)]);
  builder.artefacts.set(ordered.collectable.sha256, endless);
  expect(await offer(ordered)).toMatchObject({ code: 'artefacts.size-mismatch' });
  builder.artefacts.delete(ordered.collectable.sha256);
});
