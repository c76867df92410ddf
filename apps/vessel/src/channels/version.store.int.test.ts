import { migrateDeploy } from '@cairn/persistence';
import { migratedDatabase, ManualClock, testServers } from '@cairn/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { VesselDatabase } from '../persistence/vessel-database.js';
import { byKey, keyOf, type PoolPackage, type VersionChange } from '../pool/domain/pool-package.js';
import { PackageStore } from '../pool/package.store.js';
import { ChannelStore } from './channel.store.js';
import { CHECKPOINT_INTERVAL } from './domain/version-line.js';
import { VersionStore } from './version.store.js';

const MIGRATIONS_DIR = join(import.meta.dirname, '../../../../prisma/vessel/migrations');
const servers = testServers({ postgres: 'shared' });
const clock = new ManualClock();
let db: VesselDatabase;

beforeAll(async () => {
  db = new VesselDatabase(
    await migratedDatabase(servers.postgres, { dir: MIGRATIONS_DIR, migrate: migrateDeploy }),
  );
});
afterAll(() => db.close());

function described(name: string, buildRelease: number, architecture: string) {
  return {
    description: {
      name,
      version: '1',
      sourceRelease: 1,
      buildRelease,
      architecture,
      summary: '',
      description: '',
      sourceId: name,
      homepage: '',
      licenses: [],
      depends: [],
      provides: [],
      conflicts: [],
      buildDepends: [],
    },
    sha256: `${name}${buildRelease}${architecture}`.padEnd(64, '0').replace(/[^0-9a-f]/g, 'a'),
    sizeBytes: 1,
    files: [],
    poolPath: `pool/v0/x/${name}-${buildRelease}-${architecture}`,
    indexBlock: new Uint8Array([1]),
  };
}

/** A small generator of numbers that are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

it('knows what every version holds, over checkpoints, branches and going back', async () => {
  const packages = new PackageStore();
  const writing = new VersionStore(packages, clock);
  const channels = new ChannelStore(clock);
  const items = ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) =>
    [1, 2, 3].flatMap((release) =>
      ['x86_64', 'aarch64'].map((architecture) => described(name, release, architecture)),
    ),
  );
  const stored = await db.inTransaction(async (tx) => {
    await packages.addBlobs(tx, items);
    return packages.addPackages(tx, items);
  });
  const random = numbers(7);
  const expected = new Map<number, Map<string, PoolPackage>>();
  const histories: number[] = [];
  for (let step = 0; step < 2 * CHECKPOINT_INTERVAL + 10; step += 1) {
    await db.inTransaction(async (tx) => {
      const channel = await channels.lockOrCreate(tx, 'main');
      const ids = [...expected.keys()];
      // Mostly on top of the last version, now and then of an earlier one.
      const parentId =
        step === 0
          ? null
          : random(8) === 0
            ? ids[Math.max(0, ids.length - 1 - random(4))]!
            : ids[ids.length - 1]!;
      const changes: VersionChange[] = [];
      const held = new Map(parentId === null ? [] : expected.get(parentId));
      for (let n = random(3); n >= 0; n -= 1) {
        const item = stored[random(stored.length)]!;
        if (changes.some((change) => keyOf(change) === keyOf(item))) continue;
        const isRemoval = random(4) === 0;
        const { architecture, name } = item;
        changes.push({ architecture, name, packageId: isRemoval ? null : item.id });
        if (isRemoval) held.delete(keyOf(item));
        else held.set(keyOf(item), item);
      }
      const version = await writing.append(tx, {
        channel,
        parentId,
        kind: 'published',
        changeSetId: null,
        architectures: ['x86_64', 'aarch64'],
        changes,
      });
      expected.set(version.id, held);
      histories.push(version.history);
    });
  }
  const reading = new VersionStore(new PackageStore(), clock);
  for (const [id, held] of expected) {
    expect(byKey(await reading.packagesOf(db.client, id)).size).toBe(held.size);
    expect(new Set(await reading.packageIdsOf(db.client, id))).toEqual(
      new Set([...held.values()].map((item) => item.id)),
    );
  }
  expect([...histories].sort((a, b) => a - b)).toEqual(histories);
  expect(new Set(histories).size).toBe(histories.length);
  const checkpoints = await db.client.versionCheckpoint.count();
  expect(checkpoints).toBeGreaterThan(1);
  expect(checkpoints).toBeLessThan(8);
});

it('has its rules in the database as well', async () => {
  const wrong = (sql: string) => db.client.$executeRawUnsafe(sql);
  await expect(wrong(`INSERT INTO channel (name) VALUES ('../etc')`)).rejects.toThrow(/check/i);
  await expect(
    wrong(`UPDATE version SET kind = 'draft' WHERE id = (SELECT min(id) FROM version)`),
  ).rejects.toThrow(/check/i);
  await expect(
    wrong(
      `INSERT INTO pool_object (channel_id, path, package_id) SELECT c.id, 'pool/v0/../x', p.id FROM channel c, package p LIMIT 1`,
    ),
  ).rejects.toThrow(/check/i);
});
