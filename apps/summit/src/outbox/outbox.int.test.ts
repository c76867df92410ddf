import { getOverview, pauseAllocation, resumeAllocation, streamMoved } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
});
afterEach(() => world.settle());
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

async function waiting(subject: string): Promise<number> {
  const { rows } = await world.db.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM outbox_message WHERE subject = $1',
    [subject],
  );
  return rows[0]?.count ?? 0;
}

async function streamStandsAt(stream: string): Promise<string | null> {
  const { rows } = await world.db.query<{ history: string }>(
    `SELECT history FROM channel_stream WHERE channel = 'main' AND stream = $1`,
    [stream],
  );
  return rows[0]?.history ?? null;
}

it('delivers what vessel missed while it was away, and only once it answers', async () => {
  const attic = await world.builder('attic');
  await world.refresh(world.recipes.commitRecipes({ name: 'patient' }));
  const order = await attic.order('patient');
  await world.vessel.leave();
  expect(await attic.succeed(order)).toEqual({ outcome: 'taken' });
  await world.eventually(async () => {
    const { rows } = await world.db.query<{ tries: number; last_error: string }>(
      `SELECT tries, last_error FROM outbox_message WHERE subject = 'vessel.import.start.v1'`,
    );
    expect(rows[0]?.tries).toBeGreaterThan(0);
    expect(rows[0]?.last_error).toMatch(/^peer\./);
  });
  await world.vessel.join();
  await world.taskBecomes('patient', { state: 'completed' });
  expect(await waiting('vessel.import.start.v1')).toBe(0);
  const mine = world.vessel.imports.filter(({ importId }) => importId === order.attemptId);
  expect(mine).toHaveLength(1);
});

it('announces what was committed just before summit stopped', async () => {
  const attic = await world.builder('attic-stop');
  await world.refresh(world.recipes.commitRecipes({ name: 'committed' }));
  const order = await attic.order('committed');
  await world.vessel.leave();
  expect(await attic.succeed(order)).toEqual({ outcome: 'taken' });
  expect(await waiting('vessel.import.start.v1')).toBe(1);
  await world.summit.stop();
  await world.vessel.join();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(world.vessel.imports.some(({ importId }) => importId === order.attemptId)).toBe(false);
  world.summit = await world.start();
  await world.taskBecomes('committed', { state: 'completed' });
});

it('sends an unanswered order again after a restart: the same order, no second attempt', async () => {
  const attic = await world.builder('attic-again');
  attic.answer = 'silence';
  await world.refresh(world.recipes.commitRecipes({ name: 'unanswered' }));
  await world.eventually(() => expect(attic.heard).toHaveLength(1));
  await world.summit.stop();
  attic.answer = 'take';
  world.summit = await world.start();
  const order = await attic.order('unanswered');
  expect(order).toEqual(attic.heard[0]);
  await attic.succeed(order);
  const done = await world.taskBecomes('unanswered', { state: 'completed' });
  expect(done.attemptCount).toBe(1);
});

it('takes the result of a build that was running while summit was away', async () => {
  const attic = await world.builder('attic-running');
  await world.refresh(world.recipes.commitRecipes({ name: 'running' }));
  const order = await attic.order('running');
  await world.summit.stop();
  await expect(attic.succeed(order)).rejects.toMatchObject({ isRetryable: true });
  world.summit = await world.start();
  expect(await attic.succeed(order)).toEqual({ outcome: 'taken' });
  const done = await world.taskBecomes('running', { state: 'completed' });
  expect(done.attemptCount).toBe(1);
  expect(attic.heard.filter(({ source }) => source === 'running')).toHaveLength(1);
});

it('acts once on a message that comes twice', async () => {
  const move = (history: string, messageId: string) =>
    world.vessel.client.request(
      streamMoved,
      { channel: 'main', stream: 'unstable', history },
      { messageId },
    );
  await move('one', 'm-1');
  expect(await streamStandsAt('unstable')).toBe('one');
  await move('two', 'm-1');
  expect(await streamStandsAt('unstable')).toBe('one');
  await move('two', 'm-2');
  expect(await streamStandsAt('unstable')).toBe('two');
});

it('counts messages of two senders though they carry the same id', async () => {
  await world.db.query(
    `INSERT INTO inbox_message (sender, message_id, received_at) VALUES ('attic', 'shared-id', now())`,
  );
  await world.vessel.client.request(
    streamMoved,
    { channel: 'main', stream: 'unstable', history: 'three' },
    { messageId: 'shared-id' },
  );
  expect(await streamStandsAt('unstable')).toBe('three');
});

it('ends an import once though its outcome is told again under another id', async () => {
  const attic = await world.builder('attic-twice');
  await world.refresh(world.recipes.commitRecipes({ name: 'told-twice' }));
  const order = await attic.order('told-twice');
  await attic.succeed(order);
  const done = await world.taskBecomes('told-twice', { state: 'completed' });
  await world.vessel.tell(order.attemptId, {
    kind: 'lost',
    code: 'artefacts.lost',
    message: 'gone',
  });
  const importOrder = world.vessel.imports.find(({ importId }) => importId === order.attemptId)!;
  await world.vessel.tell(order.attemptId, world.vessel.stage(importOrder));
  const after = await world.detail('told-twice');
  expect(after).toMatchObject({ state: 'completed', publishedHistory: done.publishedHistory });
  expect(after.attempts).toEqual(done.attempts);
});

it('takes outcomes of imports and change sets that it does not know for what they are', async () => {
  const unknown = '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a11';
  await world.vessel.tell(unknown, { kind: 'staged', lineHistory: 'line', packages: [] });
  await world.vessel.tellPublished(unknown, { kind: 'published', channel: 'main', history: 'h' });
});

it('stays paused over a restart, and gives out builds when it is resumed', async () => {
  await world.admin.call(pauseAllocation);
  const attic = await world.builder('attic-pause');
  await world.refresh(world.recipes.commitRecipes({ name: 'paused' }));
  await world.restartSummit();
  expect(await world.summit.api.call(getOverview)).toMatchObject({ paused: true });
  await attic.beat([]);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(attic.heard).toEqual([]);
  await world.admin.call(resumeAllocation);
  await attic.order('paused');
});

it('lets running builds end while it is paused', async () => {
  const attic = await world.builder('attic-ending');
  await world.refresh(world.recipes.commitRecipes({ name: 'ending' }, { name: 'not-begun' }));
  await world.eventually(() => expect(attic.orders).toHaveLength(1));
  await world.admin.call(pauseAllocation);
  const [order] = attic.orders;
  expect(await attic.succeed(order!)).toEqual({ outcome: 'taken' });
  await world.taskBecomes(order!.source, { state: 'completed' });
  expect(attic.heard).toHaveLength(1);
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(attic.orders).toHaveLength(2));
});

it('goes on after the broker was started anew without its files', async () => {
  const attic = await world.builder('attic-broker');
  await world.refresh(world.recipes.commitRecipes({ name: 'broker' }));
  const order = await attic.order('broker');
  await world.restartBroker();
  await world.eventually(async () => {
    const answer = await attic.succeed(order, undefined, { timeoutMs: 1_000 });
    expect(answer).toEqual({ outcome: 'taken' });
  });
  const done = await world.taskBecomes('broker', { state: 'completed' });
  expect(done.attemptCount).toBe(1);
});
