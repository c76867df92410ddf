import {
  AppError,
  channelChange,
  type ChannelAction,
  type ChannelPlan,
  type RequestOf,
} from '@cairn/contracts';
import { eventually, testServers } from '@cairn/testing';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publisher } from '../control/publisher.conformance.js';
import {
  buildPackage,
  createWorld,
  type TestBuilder,
  type World,
} from '../control/vessel-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: World;
let vessel: Awaited<ReturnType<World['start']>>;
let builder: TestBuilder;
const { newChannel, publish, rootIndex, indexAt, seen } = publisher({
  world: () => world,
  vessel: () => vessel,
  builder: () => builder,
});

beforeAll(async () => {
  world = await createWorld(servers.postgres);
  vessel = await world.start(await world.environment());
  builder = await world.builder();
});
afterAll(async () => {
  await vessel.stop();
  await world.stop();
});

type Request = RequestOf<typeof channelChange>;

function change(action: ChannelAction, more: Partial<Request> = {}): Promise<ChannelPlan> {
  return world.summit.request(channelChange, {
    ...{ changeId: randomUUID(), action, account: 'ada', reason: 'tested', isDryRun: false },
    ...more,
  });
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
  return 'no error';
}

const release = (name: string, sourceRelease: number, more: Record<string, unknown> = {}) =>
  buildPackage(world.dir, { name, sourceRelease, ...more });

const historyOf = async (channel: string, stream = 'volatile') =>
  (await rootIndex(channel)).streams[stream]?.history ?? '';

it('C78: rolls a stream back without a new release, and the next import goes on from there', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1)]);
  const first = await historyOf(channel);
  await publish(channel, [await release('foo', 2)]);
  const second = await historyOf(channel);
  const dry = await change({ kind: 'roll-back', channel, stream: 'volatile' }, { isDryRun: true });
  expect(dry).toMatchObject({
    isApplied: false,
    streams: [{ from: second, to: first, difference: { changed: 1, added: 0, removed: 0 } }],
  });
  expect(dry.streams[0]?.difference.packages).toEqual([
    { name: 'foo', architecture: 'x86_64', before: '1.0-2-1', after: '1.0-1-1' },
  ]);
  expect(await seen(channel)).toEqual(['foo 2-1']);

  const made = await change({ kind: 'roll-back', channel, stream: 'volatile' });
  expect(made).toMatchObject({ isApplied: true, streams: [{ from: second, to: first }] });
  expect(await historyOf(channel)).toBe(first);
  expect(await seen(channel)).toEqual(['foo 1-1']);
  expect(Object.keys((await rootIndex(channel)).history)).toContain(second);
  await eventually(() =>
    expect(world.heard.moves.at(-1)).toEqual({ channel, stream: 'volatile', history: first }),
  );
  await publish(channel, [await release('bar', 1)]);
  expect(await seen(channel)).toEqual(['bar 1-1', 'foo 1-1']);
});

it('makes a change once, however often it is asked for', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1), await release('bar', 1, { sourceId: 'foo' })]);
  const action = {
    kind: 'remove',
    channel,
    stream: 'volatile',
    packages: [{ name: 'bar' }],
  } satisfies ChannelAction;
  const changeId = randomUUID();
  const [a, b] = await Promise.all([change(action, { changeId }), change(action, { changeId })]);
  expect(a).toEqual(b);
  expect(await seen(channel)).toEqual(['foo 1-1']);
  expect(Object.keys((await rootIndex(channel)).history)).toHaveLength(3);
});

it('C76, C77: promotes a stream to another, and refuses what is not there', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1)]);
  const from = { channel, version: 'stream/volatile' };
  const to = [{ channel, stream: 'unstable' }];
  await change({ kind: 'promote', from, to });
  expect(await historyOf(channel, 'unstable')).toBe(await historyOf(channel));
  const again = await change({ kind: 'promote', from, to });
  expect(again.streams[0]).toMatchObject({ from: again.streams[0]?.to, difference: { added: 0 } });
  const unknown = { channel, version: 'history/17' };
  expect(await codeOf(change({ kind: 'promote', from: unknown, to }))).toBe('version.not-found');
  const elsewhere = { channel: 'nowhere', version: 'stream/volatile' };
  expect(await codeOf(change({ kind: 'promote', from: elsewhere, to }))).toBe('channel.not-found');
  expect(await codeOf(change({ kind: 'roll-back', channel, stream: 'nix' }))).toBe(
    'version.not-found',
  );
});

it('promotes into several channels of other architectures in one commit, all or nothing', async () => {
  const [main, stable, arms] = [
    await newChannel('x86_64', 'aarch64'),
    await newChannel('x86_64'),
    await newChannel('aarch64'),
  ];
  await publish(main, [
    await release('foo', 1),
    await release('foo-devel', 1, { sourceId: 'foo' }),
  ]);
  await publish(main, [await release('foo', 1, { architecture: 'aarch64' })]);
  await publish(main, [await release('bar', 1)]);
  const to = [stable, arms].map((channel) => ({ channel, stream: 'volatile' }));
  const from = { channel: main, version: 'stream/volatile' };
  await change({ kind: 'promote', from, to, sources: ['foo'] });
  expect(await seen(stable)).toEqual(['foo 1-1', 'foo-devel 1-1']);
  const [onArms] = await indexAt(arms, await historyOf(arms), 'aarch64');
  expect(onArms).toMatchObject({ name: 'foo', architecture: 'aarch64' });

  // The second target refuses, so the first keeps what it has.
  await publish(main, [await release('foo', 2)]);
  await change({ kind: 'pin', channel: arms, stream: 'volatile', packages: [{ name: 'foo' }] });
  await publish(main, [await release('foo', 3, { architecture: 'aarch64' })]);
  expect(await codeOf(change({ kind: 'promote', from, to }))).toBe('package.pinned');
  expect(await seen(stable)).toEqual(['foo 1-1', 'foo-devel 1-1']);
  await change({ kind: 'unpin', channel: arms, stream: 'volatile', packages: [{ name: 'foo' }] });
  await change({ kind: 'promote', from, to });
  expect(await seen(stable)).toEqual(['bar 1-1', 'foo 2-1']);
});

it('C74, C75: tags stay where they are', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1)]);
  const first = await historyOf(channel);
  await change({ kind: 'tag', channel, tag: '2026-11', version: 'stream/volatile' });
  expect((await rootIndex(channel)).tags).toMatchObject({ '2026-11': { history: first } });
  await publish(channel, [await release('foo', 2)]);
  const move = { kind: 'tag', channel, tag: '2026-11', version: 'stream/volatile' } as const;
  expect(await codeOf(change(move))).toBe('tag.exists');
  for (const tag of ['-x', 'a/b', '', 'é']) {
    const bad = { ...move, tag };
    expect(await codeOf(change(bad))).toBe('contract.invalid-payload');
  }
  await change({ kind: 'untag', channel, tag: '2026-11' });
  expect((await rootIndex(channel)).tags).toEqual({});
  expect(await codeOf(change({ kind: 'untag', channel, tag: '2026-11' }))).toBe('tag.not-found');
});

it('withdraws a package everywhere, brings its predecessor back and never takes it again', async () => {
  const [channel, other] = [await newChannel(), await newChannel()];
  await publish(channel, [await release('wobbly', 1)]);
  const bad = await release('wobbly', 2);
  await publish(channel, [bad]);
  const fresh = await release('fresh-start', 1);
  await publish(channel, [fresh]);
  await change({
    kind: 'promote',
    from: { channel, version: 'stream/volatile' },
    to: [{ channel: other, stream: 'volatile' }],
  });
  const packages = [{ name: 'wobbly' }, { name: 'fresh-start' }];
  const plan = await change({ kind: 'yank', channel, stream: 'volatile', packages });
  expect(plan.yanked.map(({ name }) => name).sort()).toEqual(['fresh-start', 'wobbly']);
  expect(plan.streams.map((stream) => stream.channel).sort()).toEqual([channel, other].sort());
  expect(await seen(channel)).toEqual(['wobbly 1-1']);
  expect(await seen(other)).toEqual([]);
  expect(await publish(channel, [bad])).toMatchObject({ kind: 'refused', code: 'package.yanked' });
  expect(await codeOf(change({ kind: 'roll-back', channel, stream: 'volatile' }))).toBe(
    'package.yanked',
  );
  await publish(channel, [await release('wobbly', 3)]);
  expect(await seen(channel)).toEqual(['wobbly 3-1']);
});

it('keeps pinned packages against publications, also at an earlier release', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1)]);
  const first = `history/${await historyOf(channel)}`;
  await publish(channel, [await release('foo', 2)]);
  const packages = [{ name: 'foo', architecture: 'x86_64' as const }];
  await change({ kind: 'pin', channel, stream: 'volatile', packages, at: first });
  expect(await seen(channel)).toEqual(['foo 1-1']);
  const refused = await publish(channel, [await release('foo', 3)]);
  expect(refused).toMatchObject({ kind: 'refused', code: 'package.pinned' });
  expect(await publish(channel, [await release('bar', 1)])).toMatchObject({ kind: 'published' });
  expect(await codeOf(change({ kind: 'roll-back', channel, stream: 'volatile', to: first }))).toBe(
    'no error',
  );
  await change({ kind: 'unpin', channel, stream: 'volatile', packages });
  await publish(channel, [await release('foo', 4)]);
  expect(await seen(channel)).toEqual(['foo 4-1']);
  const unknown = [{ name: 'nothing' }];
  expect(
    await codeOf(change({ kind: 'remove', channel, stream: 'volatile', packages: unknown })),
  ).toBe('package.not-found');
});

it('refuses a change whose dry run is out of date', async () => {
  const channel = await newChannel();
  await publish(channel, [await release('foo', 1)]);
  const action = {
    kind: 'remove',
    channel,
    stream: 'volatile',
    packages: [{ name: 'foo' }],
  } satisfies ChannelAction;
  const dry = await change(action, { isDryRun: true });
  const basis = dry.streams.map(({ stream, from }) => ({ channel, stream, history: from }));
  await publish(channel, [await release('bar', 1)]);
  expect(await codeOf(change(action, { basis }))).toBe('channel.moved');
  expect(await seen(channel)).toEqual(['bar 1-1', 'foo 1-1']);
});
