import { DAY_MS, type Instant } from '@cairn/std';
import { makeTestFolder, ManualClock, testServers } from '@cairn/testing';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import {
  openRepository,
  servePublicly,
  smallPackage,
} from '../control/repository-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const folder = makeTestFolder();
afterAll(() => folder.remove());

it('puts the indexes of old versions away and makes them again to the byte', async () => {
  const clock = new ManualClock(Date.now() as Instant);
  const world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  const server = await servePublicly(world.publicDir, world.shelf);
  try {
    await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
    await world.change({ kind: 'configure', channel: 'main', policy: { retentionDays: null } });
    const histories: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const published = await world.publish('main', [smallPackage({ name })]);
      histories.push('history' in published ? String(published.history) : '');
    }
    const pathOf = (history = '') => `main/history/${history}/x86_64/stone.index`;
    const before = histories.map((history) => readFileSync(join(world.publicDir, pathOf(history))));
    await world.hearAll();
    clock.advance(31 * DAY_MS);
    await world.pruning.prune({ isDryRun: false });
    const lies = () =>
      histories.map((history) => existsSync(join(world.publicDir, pathOf(history))));
    expect(lies()).toEqual([false, false, true]);
    const fetched = await Promise.all(
      [...histories, ...histories].map(async (history) => {
        const response = await fetch(`${server.url}/${pathOf(history)}`);
        return Buffer.from(await response.arrayBuffer());
      }),
    );
    expect(fetched.map((bytes, at) => bytes.equals(before[at % 3] ?? Buffer.of()))).not.toContain(
      false,
    );
    expect(lies()).toEqual([true, true, true]);
    for (const path of [
      'main/history/17/x86_64/stone.index',
      pathOf(histories[0]).replace('x86_64', 'x86'),
    ]) {
      expect((await fetch(`${server.url}/${path}`)).status).toBe(404);
    }
  } finally {
    await server.close();
    await world.close();
  }
});

it('has the index of an old version on disk again when a stream or tag comes to name it', async () => {
  const clock = new ManualClock(Date.now() as Instant);
  const world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  try {
    await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
    await world.change({ kind: 'configure', channel: 'main', policy: { retentionDays: null } });
    const histories: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const published = await world.publish('main', [smallPackage({ name })]);
      histories.push('history' in published ? String(published.history) : '');
    }
    const [first, second] = histories.map((history) =>
      join(world.publicDir, `main/history/${history}/x86_64/stone.index`),
    );
    const lies = () => [existsSync(first ?? ''), existsSync(second ?? '')];
    await world.hearAll();
    clock.advance(31 * DAY_MS);
    await world.pruning.prune({ isDryRun: false });
    expect(lies()).toEqual([false, false]);
    // Mirrors copy files and ask for none.
    const to = `history/${histories[0] ?? ''}`;
    await world.change({ kind: 'roll-back', channel: 'main', stream: 'volatile', to });
    const version = `history/${histories[1] ?? ''}`;
    await world.change({ kind: 'tag', channel: 'main', tag: 'old', version });
    expect(lies()).toEqual([true, true]);
    await world.hearAll();
    await world.pruning.prune({ isDryRun: false });
    expect(lies()).toEqual([true, true]);
  } finally {
    await world.close();
  }
});

it('serves the index of an old version until the grace window is over', async () => {
  const clock = new ManualClock(Date.now() as Instant);
  const world = await openRepository({ postgres: servers.postgres, dir: folder.dir, clock });
  const server = await servePublicly(world.publicDir, world.shelf);
  try {
    await world.channels.ensure({ channel: 'main', architectures: ['x86_64'] });
    const first = await world.publish('main', [smallPackage({ name: 'a' })]);
    const history = 'history' in first ? first.history : 0;
    await world.publish('main', [smallPackage({ name: 'b' })]);
    const version = `history/${history}`;
    await world.change({ kind: 'tag', channel: 'main', tag: 'old', version });
    const hours = 24 * 60;
    await world.change({ kind: 'lease', channel: 'main', version, holder: 'me', hours });
    const url = `${server.url}/main/${version}/x86_64/stone.index`;
    const statusAfter = async (days: number) => {
      clock.advance(days * DAY_MS);
      await world.hearAll();
      await world.pruning.prune({ isDryRun: false });
      return (await fetch(url)).status;
    };
    expect(await statusAfter(40)).toBe(200);
    await world.change({ kind: 'untag', channel: 'main', tag: 'old' });
    // Only leased: put away, and made when somebody asks.
    expect(await statusAfter(0)).toBe(200);
    // It leaves the list, and readers of the former list still come.
    expect(await statusAfter(20)).toBe(200);
    expect(await statusAfter(1.9)).toBe(200);
    expect(await statusAfter(0.1)).toBe(404);
    expect(existsSync(join(world.publicDir, `main/${version}`))).toBe(false);
  } finally {
    await server.close();
    await world.close();
  }
});
