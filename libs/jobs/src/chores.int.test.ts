import { AppError } from '@cairn/contracts';
import { createLogger, currentTrace, Metrics, newTrace, runInContext } from '@cairn/observability';
import { eventually, testServers } from '@cairn/testing';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { defineChore, type Chore } from './chore.js';
import { handleChore, type ChoreContext } from './chore-handler.js';
import { ChoreHost } from './chore-host.js';
import { ChoreQueue } from './chore-queue.js';
import { repeatChore, type ChoreTimer } from './chore-timers.js';

const servers = testServers({ redis: true });
const log = createLogger({ name: 'test', level: 'silent' });
const data = z.strictObject({ id: z.string(), note: z.string().optional() });
type Data = z.infer<typeof data>;
const running: { stop: () => Promise<void> }[] = [];
let apps = 0;

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

function startApp(
  handle: (data: Data, context: ChoreContext) => Promise<void>,
  options: { readonly chore?: Partial<Chore<Data>>; readonly everyMs?: number } = {},
): { queue: ChoreQueue; chore: Chore<Data>; app: string; host: ChoreHost; metrics: Metrics } {
  apps += 1;
  const app = `app-${apps}`;
  const chore = defineChore({
    name: 'things.do',
    data,
    id: ({ id }) => id,
    backoff: { baseMs: 20, maxMs: 50 },
    ...options.chore,
  });
  const redisUrl = servers.redis.url;
  const queue = new ChoreQueue({ app, redisUrl, log });
  const { everyMs } = options;
  const timers: ChoreTimer[] =
    everyMs === undefined ? [] : [repeatChore(chore, { data: { id: 'tick' }, everyMs })];
  const metrics = new Metrics();
  const host = new ChoreHost({
    app,
    redisUrl,
    chores: [chore],
    handlers: [handleChore(chore, handle)],
    timers,
    queue,
    log,
    metrics,
    random: () => 0.5,
    now: () => Date.now(),
  });
  running.push({ stop: () => host.stop() }, { stop: () => queue.close() });
  return { queue, chore, app, host, metrics };
}

it('collapses wishes that wait and never loses one made while the chore runs', async () => {
  const runs: string[] = [];
  const gate: { open?: () => void } = {};
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  const { queue, chore } = startApp(async ({ note }) => {
    runs.push(note ?? '');
    if (runs.length === 1) await opened;
  });
  await queue.wish(chore, { id: 'a', note: 'first' });
  await eventually(() => expect(runs).toEqual(['first']));
  for (const note of ['second', 'third', 'last']) await queue.wish(chore, { id: 'a', note });
  gate.open?.();
  await eventually(async () => {
    expect(runs).toEqual(['first', 'last']);
    expect(await queue.counts(chore)).toEqual({ waiting: 0, active: 0, delayed: 0 });
  });
  await queue.wish(chore, { id: 'a', note: 'later' });
  await eventually(() => expect(runs).toEqual(['first', 'last', 'later']));
});

it('repeats a passing failure until it succeeds, and a final one not at all', async () => {
  const attempts: string[] = [];
  const { queue, chore, metrics } = startApp(async ({ id }, { attempt }) => {
    attempts.push(`${id} ${attempt}`);
    await Promise.resolve();
    if (id === 'passing' && attempt < 3) throw new Error('not yet');
    if (id === 'final') throw new AppError('project.invalid', 'never');
  });
  await queue.wish(chore, { id: 'passing' });
  await eventually(() => expect(attempts).toEqual(['passing 1', 'passing 2', 'passing 3']));
  await queue.wish(chore, { id: 'final' });
  await eventually(async () => {
    expect(await metrics.render()).toContain('{chore="things.do",outcome="failed"} 1');
  });
  await eventually(async () => {
    expect(await queue.counts(chore)).toEqual({ waiting: 0, active: 0, delayed: 0 });
  });
  expect(attempts.filter((attempt) => attempt.startsWith('final'))).toEqual(['final 1']);
});

it('can be wished for again after it failed for good', async () => {
  let runs = 0;
  const { queue, chore } = startApp(
    async () => {
      runs += 1;
      await Promise.resolve();
      throw new Error('always');
    },
    { chore: { attempts: 2 } },
  );
  await queue.wish(chore, { id: 'a' });
  await eventually(() => expect(runs).toBe(2));
  await eventually(async () => {
    await queue.wish(chore, { id: 'a' });
    expect(runs).toBeGreaterThanOrEqual(4);
  });
});

it('refuses data that is not of the chore', async () => {
  const runs: Data[] = [];
  const { queue, chore, app, metrics } = startApp(async (one) => {
    runs.push(one);
    await Promise.resolve();
  });
  const { hostname, port, password } = new URL(servers.redis.url);
  const raw = new Queue(`${app}.things.do`, {
    connection: { host: hostname, port: Number(port), password },
    prefix: 'cairn',
  });
  await raw.add('things.do', { data: { id: 7, rm: '-rf' } }, { attempts: 5 });
  await queue.wish(chore, { id: 'good' });
  await eventually(() => expect(runs).toEqual([{ id: 'good' }]));
  await eventually(async () => {
    expect(await metrics.render()).toContain('{chore="things.do",outcome="failed"} 1');
  });
  await raw.close();
});

it('carries the trace of the wish into the chore', async () => {
  let seen: string | undefined;
  const { queue, chore } = startApp(async () => {
    seen = currentTrace()?.traceId;
    await Promise.resolve();
  });
  const trace = newTrace();
  await runInContext({ trace }, () => queue.wish(chore, { id: 'a' }));
  await eventually(() => expect(seen).toBe(trace.traceId));
});

it('goes on after FLUSHALL: timers come back and workers keep working', async () => {
  const runs: string[] = [];
  const gate: { open?: () => void } = {};
  const opened = new Promise<void>((resolve) => (gate.open = resolve));
  const { queue, chore, host } = startApp(
    async ({ id }) => {
      runs.push(id);
      if (id === 'held') await opened;
    },
    { everyMs: 100, chore: { concurrency: 2 } },
  );
  await host.ensureTimers();
  await queue.wish(chore, { id: 'held' });
  await eventually(() => expect(runs.filter((id) => id === 'tick').length).toBeGreaterThan(2));
  expect(runs).toContain('held');
  const redis = new Redis(servers.redis.url);
  await redis.flushall();
  await redis.quit();
  gate.open?.();
  await queue.wish(chore, { id: 'after' });
  await eventually(() => expect(runs).toContain('after'));
  runs.length = 0;
  await eventually(async () => {
    await queue.wish(chore, { id: 'held' });
    expect(runs).toContain('held');
  });
  await host.ensureTimers();
  await eventually(() => expect(runs.filter((id) => id === 'tick').length).toBeGreaterThan(2));
});

it('does not disturb the rhythm of a timer that is well', async () => {
  const { host, app } = startApp(() => Promise.resolve(), { everyMs: 60_000 });
  const { hostname, port, password } = new URL(servers.redis.url);
  const raw = new Queue(`${app}.timers.tick`, {
    connection: { host: hostname, port: Number(port), password },
    prefix: 'cairn',
  });
  await host.ensureTimers();
  // The first tick comes at once and plans the second.
  const planned = await eventually(async () => {
    const next = (await raw.getJobSchedulers())[0]?.next;
    expect(next).toBeGreaterThan(Date.now() + 1_000);
    return next;
  });
  for (let round = 0; round < 3; round += 1) await host.ensureTimers();
  expect((await raw.getJobSchedulers()).map(({ next }) => next)).toEqual([planned]);
  await raw.close();
});

it('goes on after Redis was killed and came back empty', async () => {
  const runs: string[] = [];
  const { queue, chore, host } = startApp(
    async ({ id }) => {
      runs.push(id);
      await Promise.resolve();
    },
    { everyMs: 100 },
  );
  await host.ensureTimers();
  await servers.redis.kill('SIGKILL');
  await expect(queue.wish(chore, { id: 'meanwhile' })).rejects.toThrow('did not answer');
  await servers.restart('redis');
  await host.ensureTimers();
  await queue.wish(chore, { id: 'after' });
  await eventually(() => expect(runs).toContain('after'));
  runs.length = 0;
  await eventually(() => expect(runs).toContain('tick'));
});

it('tells running chores to end when it stops, and waits for them', async () => {
  let hasEnded = false;
  let isRunning = false;
  const { queue, chore, host } = startApp(async (_data, { signal }) => {
    isRunning = true;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    hasEnded = true;
  });
  await queue.wish(chore, { id: 'a' });
  await eventually(() => expect(isRunning).toBe(true));
  await host.stop();
  expect(hasEnded).toBe(true);
});
