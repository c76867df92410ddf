import { attemptSucceeded, listBuilders, removeBuilder } from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { Redis } from 'ioredis';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openGate, reachGate, WAIT_AT_GATE } from './actions/gate.js';
import { NatsPeer } from './actions/nats-peer.js';
import { World } from './actions/world.js';
import { histories, packagesIn } from './assertions/published-channel.js';
import { processesOfBuild } from './assertions/processes.js';
import { attemptBuilding, taskIn, taskWhere } from './assertions/task-state.js';

let world: World;
beforeAll(async () => {
  world = await World.start({ builders: ['one'] });
});
afterAll(() => world.stop());
/** Every case begins with one builder that runs and is idle. */
afterEach(async () => {
  for (const app of world.stack.apps.values()) await app.kill('SIGCONT');
  await world.cancelOpenTasks();
  for (const name of ['two', 'three']) await world.stack.apps.get(name)?.stop();
  if (!world.stack.apps.has('one')) await world.stack.startBuilder('one');
  await builderIs('one', 'idle');
});

function builderIs(id: string, state: string): Promise<void> {
  return eventually(
    async () => {
      const { builders } = await world.hub.call(listBuilders);
      expect(builders.find((builder) => builder.id === id)?.state).toBe(state);
    },
    { timeoutMs: 60_000, intervalMs: 100 },
  );
}

async function building(name: string) {
  await world.push({ name, install: WAIT_AT_GATE });
  const attempt = await attemptBuilding(world.hub, name);
  const place = { builder: attempt.builder, attemptId: attempt.id };
  await reachGate(world, place);
  return { attempt, place };
}

it('builds by a new attempt what avalanche was killed in', async () => {
  const { attempt } = await building('ash');
  expect(processesOfBuild(attempt.id).length).toBeGreaterThan(0);
  await world.app('one').kill('SIGKILL');
  await eventually(() => expect(processesOfBuild(attempt.id)).toEqual([]));
  await world.stack.startBuilder('one');
  const second = await attemptBuilding(world.hub, 'ash', { number: 2 });
  await openGate(world, { builder: second.builder, attemptId: second.id });
  const task = await taskIn(world.hub, 'ash', 'completed');
  expect(task.attempts.map(({ state }) => state)).toEqual([
    expect.stringMatching(/^(failed|lost)$/),
    'accepted',
  ]);
  expect(task.attempts[0]!.failure!.class).toBe('infrastructure');
  expect(second.fence).toBeGreaterThan(attempt.fence);
  expect((await packagesIn(world)).get('ash')!.release).toBe(`1.0-1-${second.buildRelease}`);
});

it('accepts the build that ran while summit was killed, and starts no second one', async () => {
  const { place } = await building('birch');
  await world.app('summit').kill('SIGKILL');
  await openGate(world, place);
  const artefacts = join(world.dir, 'builders/one/attempts', place.attemptId, 'work/executor');
  await eventually(() => expect(existsSync(artefacts)).toBe(false), { timeoutMs: 30_000 });
  await world.stack.startSummit();
  const task = await taskIn(world.hub, 'birch', 'completed');
  expect(task.attempts.map(({ state }) => state)).toEqual(['accepted']);
});

it('imports once what vessel was killed in', async () => {
  const { place } = await building('cedar');
  const before = await histories(world);
  await world.app('vessel').kill('SIGSTOP');
  await openGate(world, place);
  await taskIn(world.hub, 'cedar', 'publishing');
  // Frozen, the builder keeps vessel in the middle of its import.
  await world.app('one').kill('SIGSTOP');
  await world.app('vessel').kill('SIGCONT');
  const incoming = join(world.dir, 'vessel/incoming', place.attemptId);
  await eventually(() => expect(existsSync(incoming)).toBe(true), { timeoutMs: 30_000 });
  await world.app('vessel').kill('SIGKILL');
  await world.stack.startVessel();
  await world.app('one').kill('SIGCONT');
  const task = await taskIn(world.hub, 'cedar', 'completed');
  expect(task.attempts.map(({ state }) => state)).toEqual(['accepted']);
  const after = await histories(world);
  const added = after.all.filter((history) => !before.all.includes(history));
  const holding = [];
  for (const history of added) holding.push((await packagesIn(world, history)).has('cedar'));
  // One version was published with it, and no second.
  expect(holding).toEqual([true]);
  await eventually(() => expect(existsSync(incoming)).toBe(false));
});

it('completes everything over the loss of all that Redis and NATS knew', async () => {
  const { place } = await building('date');
  await world.push({ name: 'elder' }, { name: 'fir' });
  const redis = new Redis(world.stack.redisUrl);
  await redis.flushall();
  redis.disconnect();
  await world.stack.servers.get('nats')!.kill('SIGKILL');
  rmSync(join(world.dir, 'nats'), { recursive: true });
  world.recipes.commitRecipes({ name: 'ginkgo' });
  await world.stack.startNats();
  await openGate(world, place);
  for (const name of ['date', 'elder', 'fir', 'ginkgo']) {
    const { attempts } = await taskIn(world.hub, name, 'completed');
    expect(attempts.filter(({ state }) => state === 'accepted')).toHaveLength(1);
  }
  const date = await taskIn(world.hub, 'date', 'completed');
  expect(date.attempts).toHaveLength(1);
});

it('builds elsewhere what a builder took away with it between report and fetch', async () => {
  await world.app('one').stop();
  await world.stack.startBuilder('two');
  const { place } = await building('hazel');
  await world.app('vessel').kill('SIGSTOP');
  await openGate(world, place);
  await taskIn(world.hub, 'hazel', 'publishing');
  await world.app('two').kill('SIGKILL');
  rmSync(join(world.dir, 'builders/two'), { recursive: true });
  await world.hub.call(removeBuilder, { params: { builderId: 'two' } });
  await world.app('vessel').kill('SIGCONT');
  await world.stack.startBuilder('one');
  const second = await attemptBuilding(world.hub, 'hazel', { number: 2 });
  expect(second.builder).toBe('one');
  await openGate(world, { builder: 'one', attemptId: second.id });
  const task = await taskIn(world.hub, 'hazel', 'completed');
  expect(task.attempts.map(({ state }) => state)).toEqual(['void', 'accepted']);
  // Whether vessel finds nothing first or is told first makes no difference.
  expect(['artefacts.lost', 'builder.removed']).toContain(task.attempts[0]!.failure!.code);
});

it('dispatches nothing twice with two summits, of which one is killed', async () => {
  await world.stack.startBuilder('three');
  await world.stack.startSummit('summit-two', 0);
  const names = Array.from({ length: 8 }, (_, number) => `ivy-${number}`);
  await world.push(...names.map((name) => ({ name })));
  await taskWhere(world.hub, 'ivy-0', (task) => task.attemptCount > 0);
  await world.app('summit').kill('SIGKILL');
  await world.stack.startSummit();
  for (const name of names) {
    const task = await taskIn(world.hub, name, 'completed');
    expect(task.attempts.map(({ state }) => state)).toEqual(['accepted']);
  }
  await world.app('summit-two').stop();
});

it('refuses the late result of a lost attempt after another was accepted', async () => {
  const { attempt, place } = await building('juniper');
  await world.stack.startBuilder('two');
  await world.app('one').kill('SIGSTOP');
  const second = await attemptBuilding(world.hub, 'juniper', { number: 2 });
  expect(second.builder).toBe('two');
  await openGate(world, { builder: 'two', attemptId: second.id });
  const task = await taskIn(world.hub, 'juniper', 'completed');
  expect(task.attempts.map(({ state }) => state)).toEqual(['lost', 'accepted']);
  const before = await histories(world);

  // The same report as the frozen builder will send, with its credentials.
  const peer = await NatsPeer.ofBuilder(world, 'one');
  const { id: attemptId, fence } = attempt;
  const collectables = task.attempts[1]!.collectables;
  const late = { attemptId, fence, logSizeBytes: 0, collectables };
  expect(await peer.request(attemptSucceeded, late)).toEqual({
    outcome: 'refused',
    code: 'attempt.fence-stale',
  });
  await peer.close();
  await openGate(world, place);
  await world.app('one').kill('SIGCONT');
  await builderIs('one', 'idle');
  const kept = join(world.dir, 'builders/one/attempts', attempt.id, 'artefacts');
  await eventually(() => expect(existsSync(kept)).toBe(false), { timeoutMs: 30_000 });
  expect(await histories(world)).toEqual(before);
  expect((await packagesIn(world)).get('juniper')!.release).toBe(`1.0-1-${second.buildRelease}`);
});
