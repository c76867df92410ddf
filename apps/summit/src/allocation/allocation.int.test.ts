import { parseTrust, createCredentials } from '@cairn/auth';
import {
  bumpTask,
  holdTask,
  pauseAllocation,
  releaseTask,
  resumeAllocation,
} from '@cairn/contracts';
import { ChoreQueue } from '@cairn/jobs';
import { connectNats, ContractClient } from '@cairn/messaging';
import { createLogger } from '@cairn/observability';
import { testServers } from '@cairn/testing';
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AppModule } from '../app.module.js';
import { RecipeSource } from '../testing/recipe-source.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';
import { Allocation } from './allocation.service.js';

const servers = testServers({ postgres: 'shared' });
const SLOTS = 4;
const closers: (() => Promise<unknown>)[] = [];
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await world.stop();
  expect(world.defects).toEqual([]);
});

/** The parts of another summit on the same database, which does nothing by itself. */
async function rival(): Promise<INestApplicationContext> {
  const { config } = world;
  const log = createLogger({ name: 'rival', level: 'silent' });
  const trust = parseTrust(config.nats.trust);
  const credentials = await createCredentials(trust, 'summit', 'summit');
  const link = await connectNats({
    url: config.nats.url,
    credentials,
    senderId: 'summit',
    name: 'rival',
    onFault: () => undefined,
  });
  const queue = new ChoreQueue({ app: 'summit', redisUrl: config.redis.url, log });
  const surroundings = { config, log, trust, client: new ContractClient(link), queue };
  const app = await NestFactory.createApplicationContext(AppModule.of(surroundings), {
    logger: false,
  });
  closers.push(
    () => link.close(),
    () => queue.close(),
    () => app.close(),
  );
  return app;
}

it('says of a ready task why no builder has it', async () => {
  const reasonOf = async (source: string) => (await world.task(source)).reason;
  await world.admin.call(pauseAllocation);
  await world.refresh(world.recipes.commitRecipes({ name: 'first' }, { name: 'second' }));
  await world.taskBecomes('second', { state: 'new' });
  expect((await reasonOf('first')).code).toBe('paused');
  await world.admin.call(resumeAllocation);
  expect((await reasonOf('first')).code).toBe('no-builder-connected');
  const builder = await world.builder('only', { slots: 1 });
  const order = await world.eventually(
    () => builder.orders[0] ?? Promise.reject(new Error('none')),
  );
  const other = order.source === 'first' ? 'second' : 'first';
  const waits = await reasonOf(other);
  expect(waits.code).toBe('fitting-builders-busy');
  expect(waits.sentence).toMatch(/All 1 fitting builders are busy.*expected start 20/);
  await world.settle();
});

it('gives a builder to the task that an operator moved forwards', async () => {
  await world.admin.call(pauseAllocation);
  const names = Array.from({ length: 4 }, (_, place) => ({ name: `queued-${place}` }));
  await world.refresh(world.recipes.commitRecipes(...names));
  await world.taskBecomes('queued-3', { state: 'new' });
  const { id: taskId } = await world.task('queued-3');
  await world.admin.call(bumpTask, { params: { taskId }, body: { bump: 5 } });
  const builder = await world.builder('bumped', { slots: 1 });
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(builder.orders[0]?.source).toBe('queued-3'));
  await expect(
    world.admin.call(bumpTask, { params: { taskId }, body: { bump: 0 } }),
  ).rejects.toThrow('task.illegal-transition');
  await world.settle();
});

it('gives a task that is held to nobody until it is released', async () => {
  await world.admin.call(pauseAllocation);
  await world.refresh(world.recipes.commitRecipes({ name: 'heavy' }, { name: 'light' }));
  await world.taskBecomes('light', { state: 'new' });
  const { id: taskId } = await world.task('heavy');
  const held = await world.admin.call(holdTask, { params: { taskId } });
  expect(held.reason).toMatchObject({ code: 'held', sentence: 'Held by an operator.' });
  const builder = await world.builder('holding', { slots: 2 });
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(builder.orders[0]?.source).toBe('light'));
  expect((await world.task('heavy')).reason.code).toBe('held');
  await world.admin.call(releaseTask, { params: { taskId } });
  await builder.order('heavy');
  await expect(world.admin.call(holdTask, { params: { taskId } })).rejects.toThrow(
    'task.illegal-transition',
  );
  await world.settle();
});

it('keeps a task from builders that lack what the project says it needs', async () => {
  const needs = 'needs: { picky: { diskGib: 40, memoryGib: 1, features: [executor-sandbox] } }';
  await world.applyProject(world.projectText({ settings: needs }));
  await world.admin.call(pauseAllocation);
  await world.refresh(world.recipes.commitRecipes({ name: 'picky' }, { name: 'frugal' }));
  await world.taskBecomes('picky', { state: 'new' });
  await world.builder('shared-disk', { slots: 2 }).then((builder) => builder.beat([]));
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(world.builders[0]?.orders[0]?.source).toBe('frugal'));
  const { reason } = await world.task('picky');
  expect(reason.code).toBe('no-fitting-builder');
  expect(reason.sentence).toContain('disk');
  const roomy = await world.builder('whole-disk', { slots: 1 });
  await roomy.beat([]);
  await world.eventually(() => expect(roomy.orders[0]?.source).toBe('picky'));
  await world.settle();
  await world.applyProject();
});

it('lets a task of a commit that waited too long go first, before longer chains', async () => {
  await world.applyProject(world.projectText({ settings: 'overdueHours: 1' }));
  await world.admin.call(pauseAllocation);
  await world.refresh(
    world.recipes.commitRecipes(
      { name: 'base' },
      { name: 'top', builddeps: ['base'] },
      { name: 'patient' },
    ),
  );
  await world.taskBecomes('patient', { state: 'new' });
  await world.db.query(
    `UPDATE task SET created_at = now() - interval '61 minutes' WHERE source = 'patient'`,
  );
  const builder = await world.builder('one', { slots: 1 });
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(builder.orders[0]?.source).toBe('patient'));
  await world.settle();
  await world.applyProject();
});

it('has a profile wait for another one of which it uses the channel, and pins that', async () => {
  const games = new RecipeSource(join(world.dir, 'games'));
  games.commitRecipes({ name: 'game', builddeps: ['core'] });
  await world.admin.call(pauseAllocation);
  await world.applyProject(`project: main
profiles:
  - { name: default, architecture: x86_64, channel: main }
  - { name: games, architecture: x86_64, channel: games, remotes: [{ name: core, channel: main }] }
repositories:
  - { name: recipes, url: ${world.recipes.dir}, profiles: [default], refreshSeconds: 86400 }
  - { name: games, url: ${games.dir}, profiles: [games], refreshSeconds: 86400 }
`);
  await world.refresh(world.recipes.commitRecipes({ name: 'core' }));
  await world.taskBecomes('game', { state: 'new' });
  expect((await world.task('game')).reason).toMatchObject({ code: 'waits-for-dependency' });
  const builder = await world.builder('gamer', { slots: 1 });
  await world.admin.call(resumeAllocation);
  await builder.succeed(await builder.order('core'));
  const { publishedHistory } = await world.taskBecomes('core', { state: 'completed' });
  const order = await builder.order('game');
  expect(order.remotes.map(({ name, indexUrl }) => [name, indexUrl])).toContainEqual([
    'core',
    `${world.vessel.url}main/history/${publishedHistory}/x86_64/stone.index`,
  ]);
  await world.settle();
  await world.applyProject();
});

it('gives out nothing twice when several believe that they lead', async () => {
  const rivals = await Promise.all([rival(), rival(), rival()]);
  await world.admin.call(pauseAllocation);
  const builders = await Promise.all(
    ['left', 'right'].map((id) => world.builder(id, { slots: SLOTS })),
  );
  const names = Array.from({ length: 12 }, (_, i) => ({ name: `rivalled-${i}` }));
  await world.refresh(world.recipes.commitRecipes(...names));
  await world.admin.call(resumeAllocation);
  const given = await Promise.all(rivals.map((each) => each.get(Allocation).run()));
  await world.eventually(() => {
    for (const builder of builders) expect(builder.orders).toHaveLength(SLOTS);
  });
  await Promise.all(rivals.map((each) => each.get(Allocation).run()));
  const { rows } = await world.db.query<{ task_id: number; builder_id: string }>(
    `SELECT task_id, builder_id FROM attempt WHERE builder_id IN ('left', 'right')`,
  );
  expect(rows).toHaveLength(2 * SLOTS);
  expect(new Set(rows.map((row) => row.task_id)).size).toBe(2 * SLOTS);
  expect(given.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(2 * SLOTS);
  for (const { orders, heard } of builders) {
    expect(new Set(heard.map(({ attemptId }) => attemptId)).size).toBe(SLOTS);
    expect(orders.every(({ buildRelease }) => buildRelease === 1)).toBe(true);
  }
});
