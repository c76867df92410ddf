// When exactly something goes, on real rows and files.
import { DAY_MS, HOUR_MS, type Instant } from '@cairn/std';
import { poolPath } from '@cairn/stone';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, afterEach, expect, it } from 'vitest';
import {
  openRepository,
  smallPackage,
  type RepositoryWorld,
} from '../control/repository-world.conformance.js';

const RETENTION_MS = 14 * DAY_MS;
const GRACE_MS = 48 * HOUR_MS;

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const clock = new ManualClock(Date.now() as Instant);
let world: RepositoryWorld;

beforeEach(async () => {
  world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
});
afterEach(() => world.close());
afterAll(() => folder.remove());

const foo = (sourceRelease: number) => smallPackage({ name: 'foo', sourceRelease });
const isFilled = (release: number) =>
  existsSync(join(world.publicDir, 'main', poolPath(foo(release).description)));
const isOnDisk = (history: number) =>
  existsSync(join(world.publicDir, `main/history/${history}/x86_64/stone.index`));

function isListed(history: number): boolean {
  const text = readFileSync(join(world.publicDir, 'main/moss-root-index.json'), 'utf8');
  return String(history) in (JSON.parse(text) as { history: object }).history;
}

async function publish(release: number): Promise<number> {
  const published = await world.publish('main', [foo(release)]);
  if ('code' in published) throw new Error(published.code);
  return published.history;
}

async function pruneAt(time: number): Promise<void> {
  clock.advance(time - clock.now());
  await world.hearAll();
  await world.pruning.prune({ isDryRun: false });
}

/** A version that no stream, tag or line names, between two that streams name. */
async function abandonOne() {
  const kept = await publish(1);
  const target = { channel: 'main', stream: 'volatile' };
  const from = { channel: 'main', version: 'stream/volatile' };
  await world.change({ kind: 'promote', from, to: [{ channel: 'main', stream: 'unstable' }] });
  const abandoned = await publish(2);
  const madeAt = clock.now();
  clock.advance(HOUR_MS);
  await world.change({ kind: 'roll-back', ...target, to: `history/${kept}` });
  const current = await publish(3);
  return { kept, abandoned, current, madeAt };
}

it('C72, C73: what a stream names stays; another leaves the list when it is old and the disk after the grace window, to the millisecond', async () => {
  const { kept, abandoned, current, madeAt } = await abandonOne();
  await pruneAt(madeAt + RETENTION_MS - 1);
  expect([kept, abandoned, current].map(isListed)).toEqual([true, true, true]);

  const retiredAt = madeAt + RETENTION_MS;
  await pruneAt(retiredAt);
  expect([kept, abandoned, current].map(isListed)).toEqual([true, false, true]);
  await pruneAt(retiredAt + GRACE_MS - 1);
  expect([isOnDisk(abandoned), isFilled(2)]).toEqual([true, true]);

  await pruneAt(retiredAt + GRACE_MS);
  expect([isOnDisk(abandoned), isFilled(2)]).toEqual([false, false]);
  expect([kept, current].map(isListed)).toEqual([true, true]);
  expect([kept, current].map(isOnDisk)).toEqual([true, true]);
  expect([1, 3].map(isFilled)).toEqual([true, true]);
  const rows = await world.db.client.version.findMany({ where: { history: abandoned } });
  expect(rows).toEqual([]);
  const packages = await world.db.client.package.findMany({ orderBy: { sourceRelease: 'asc' } });
  expect(packages.map(({ sourceRelease }) => Number(sourceRelease))).toEqual([1, 3]);
});

it('keeps a leased version until the lease ends, to the millisecond', async () => {
  const { abandoned, madeAt } = await abandonOne();
  const version = `history/${abandoned}`;
  const hours = 24 * 20;
  await world.change({ kind: 'lease', channel: 'main', version, holder: 'builds', hours });
  const endsAt = clock.now() + hours * HOUR_MS;
  expect(endsAt).toBeGreaterThan(madeAt + RETENTION_MS);
  await pruneAt(endsAt - 1);
  expect(isListed(abandoned)).toBe(true);
  await pruneAt(endsAt);
  expect([isListed(abandoned), isOnDisk(abandoned)]).toEqual([false, true]);
});

it('keeps what builds are pinned to: the line of a change set, and the version it began with', async () => {
  const base = await publish(1);
  const changeSetId = randomUUID();
  await world.stage('main', changeSetId, [foo(2)]);
  const line = await world.db.client.version.findFirstOrThrow({ where: { changeSetId } });
  const history = Number(line.history);
  const firstAt = clock.now();
  await publish(4);

  // One more step before the first is too old, and the time of all begins anew.
  clock.advance(RETENTION_MS - HOUR_MS);
  await world.stage('main', changeSetId, [foo(3)]);
  const lastAt = clock.now();
  await pruneAt(firstAt + RETENTION_MS + GRACE_MS);
  expect([isOnDisk(history), isFilled(2), isFilled(3)]).toEqual([true, true, true]);
  expect([isListed(base), isFilled(1)]).toEqual([true, true]);

  const retiredAt = lastAt + RETENTION_MS;
  await pruneAt(retiredAt - 1);
  await pruneAt(retiredAt);
  await pruneAt(retiredAt + GRACE_MS - 1);
  expect([isOnDisk(history), isFilled(2), isFilled(3)]).toEqual([true, true, true]);
  await pruneAt(retiredAt + GRACE_MS);
  expect([isOnDisk(history), isFilled(2), isFilled(3)]).toEqual([false, false, false]);
});

it('keeps the line of a change set while one of its imports is under way', async () => {
  const changeSetId = randomUUID();
  await world.stage('main', changeSetId, [foo(2)]);
  const { history } = await world.db.client.version.findFirstOrThrow({ where: { changeSetId } });
  const importId = randomUUID();
  await world.importStore.request({
    ...{ importId, changeSetId, channel: 'main', stream: 'volatile', builderId: 'builder' },
    expected: {
      ...{ source: 'bar', version: '1', sourceRelease: 1, buildRelease: 1 },
      architecture: 'x86_64',
    },
    collectables: [{ kind: 'package', name: 'bar.stone', sizeBytes: 1, sha256: 'a'.repeat(64) }],
  });
  const madeAt = clock.now();
  await pruneAt(madeAt + 10 * RETENTION_MS);
  await pruneAt(madeAt + 20 * RETENTION_MS);
  expect(isOnDisk(Number(history))).toBe(true);
  await world.importStore.fail(importId, {
    kind: 'lost',
    code: 'artefacts.lost',
    message: 'Gone.',
  });
  await pruneAt(madeAt + 30 * RETENTION_MS);
  await pruneAt(madeAt + 40 * RETENTION_MS);
  expect(isOnDisk(Number(history))).toBe(false);
});

it('brings the predecessor of a withdrawn package back although the version that brought it is gone', async () => {
  const first = await publish(1);
  await world.publish('main', [smallPackage({ name: 'bar' })]);
  await world.change({ kind: 'tag', channel: 'main', tag: 'kept', version: 'stream/volatile' });
  await publish(2);
  await pruneAt(clock.now() + 2 * RETENTION_MS);
  await pruneAt(clock.now() + GRACE_MS);
  await pruneAt(clock.now() + GRACE_MS);
  expect([isOnDisk(first), isFilled(1)]).toEqual([false, true]);
  const target = { channel: 'main', stream: 'volatile' };
  await world.change({ kind: 'yank', ...target, packages: [{ name: 'foo' }] });
  const { versionId } = await world.db.client.stream.findFirstOrThrow({
    where: { name: 'volatile' },
  });
  const put = await world.db.client.versionChange.findFirst({
    where: { versionId, name: 'foo' },
    include: { stonePackage: true },
  });
  expect(put?.stonePackage?.sourceRelease).toBe(1n);
});
