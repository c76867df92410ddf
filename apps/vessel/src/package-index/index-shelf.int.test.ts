import { DAY_MS, type Instant } from '@cairn/std';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import {
  openRepository,
  servePublicly,
  smallPackage,
  type RepositoryWorld,
} from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
const clock = new ManualClock(Date.now() as Instant);
let world: RepositoryWorld;
let server: Awaited<ReturnType<typeof servePublicly>>;

beforeEach(async () => {
  world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  server = await servePublicly(world.publicDir, world.shelf);
  await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
});
afterEach(async () => {
  await server.close();
  await world.close();
});
afterAll(() => folder.remove());

async function publishThree(): Promise<readonly number[]> {
  const histories: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    const published = await world.publish('main', [smallPackage({ name })]);
    histories.push('history' in published ? published.history : 0);
  }
  return histories;
}

const keepForEver = () =>
  world.change({ kind: 'configure', channel: 'main', policy: { retentionDays: null } });
const pathOf = (history = 0) => `main/history/${history}/x86_64/stone.index`;
const lies = (history = 0) => existsSync(join(world.publicDir, pathOf(history)));

async function pruneAfter(days: number): Promise<void> {
  clock.advance(days * DAY_MS);
  await world.hearAll();
  await world.pruning.prune({ isDryRun: false });
}

it('puts the indexes of old versions away and makes them again to the byte', async () => {
  await keepForEver();
  const histories = await publishThree();
  const before = histories.map((history) => readFileSync(join(world.publicDir, pathOf(history))));
  await pruneAfter(31);
  expect(histories.map(lies)).toEqual([false, false, true]);
  const fetched = await Promise.all(
    [...histories, ...histories].map(async (history) => {
      const response = await fetch(`${server.url}/${pathOf(history)}`);
      return Buffer.from(await response.arrayBuffer());
    }),
  );
  expect(fetched.map((bytes, at) => bytes.equals(before[at % 3] ?? Buffer.of()))).not.toContain(
    false,
  );
  expect(histories.map(lies)).toEqual([true, true, true]);
  for (const path of [pathOf(17), pathOf(histories[0]).replace('x86_64', 'x86')]) {
    expect((await fetch(`${server.url}/${path}`)).status).toBe(404);
  }
});

it('has the index of an old version on disk again when a stream or tag comes to name it', async () => {
  await keepForEver();
  const [first, second] = await publishThree();
  await pruneAfter(31);
  expect([first, second].map(lies)).toEqual([false, false]);
  // Mirrors copy files and ask for none.
  const target = { channel: 'main', stream: 'volatile' };
  await world.change({ kind: 'roll-back', ...target, to: `history/${first ?? 0}` });
  const version = `history/${second ?? 0}`;
  await world.change({ kind: 'tag', channel: 'main', tag: 'old', version });
  expect([first, second].map(lies)).toEqual([true, true]);
  await pruneAfter(0);
  expect([first, second].map(lies)).toEqual([true, true]);
});

it('serves the index of an old version until the grace window is over', async () => {
  const [, second] = await publishThree();
  const version = `history/${second ?? 0}`;
  const named = { channel: 'main', tag: 'old' };
  await world.change({ kind: 'tag', ...named, version });
  const hours = 24 * 60;
  await world.change({ kind: 'lease', channel: 'main', version, holder: 'me', hours });
  const statusAfter = async (days: number) => {
    await pruneAfter(days);
    return (await fetch(`${server.url}/${pathOf(second)}`)).status;
  };
  expect(await statusAfter(40)).toBe(200);
  await world.change({ kind: 'untag', ...named });
  // Only leased: put away, and made when somebody asks.
  expect(await statusAfter(0)).toBe(200);
  // It leaves the list, and readers of the former list still come.
  expect(await statusAfter(20)).toBe(200);
  expect(await statusAfter(1.9)).toBe(200);
  expect(await statusAfter(0.1)).toBe(404);
  expect(existsSync(join(world.publicDir, `main/${version}`))).toBe(false);
});
