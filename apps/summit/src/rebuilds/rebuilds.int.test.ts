import {
  cancelRebuild,
  getRebuild,
  listTasks,
  pauseAllocation,
  pauseRebuild,
  previewPlan,
  resumeAllocation,
  resumeRebuild,
  retryTask,
  startRebuild,
  type RebuildDetail,
} from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type SimulatedBuilder } from '../testing/simulated-builder.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const WISH = { project: 'main', profile: 'default' };
let world: SummitWorld;

/** A ring of three with a user behind it. `alpha` can do without the ring in its first build. */
const RING = [
  { name: 'alpha', builddeps: ['gamma'] },
  { name: 'beta', builddeps: ['alpha'] },
  { name: 'gamma', builddeps: ['beta'] },
  { name: 'user', builddeps: ['gamma'] },
];
const HINTS = `bootstrap:
  - source: alpha
    without: [gamma]
`;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
  await world.admin.call(pauseAllocation);
  await world.refresh(world.recipes.commitRecipes(...RING));
});
afterEach(() => world.settle());
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

function buildsEverything(builder: SimulatedBuilder): void {
  builder.answer = (order) => {
    void world.eventually(() => builder.succeed(order));
    return 'take';
  };
}

function detail(rebuildId: string): Promise<RebuildDetail> {
  return world.admin.call(getRebuild, { params: { rebuildId } });
}

async function becomes(rebuildId: string, state: string): Promise<RebuildDetail> {
  return world.eventually(async () => {
    const found = await detail(rebuildId);
    if (found.rebuild.state !== state)
      throw new Error(`rebuild is ${found.rebuild.state}: ${JSON.stringify(found.rebuild.steps)}`);
    return found;
  });
}

it('names the seeds of a bootstrap that has no hints', async () => {
  await expect(world.admin.call(previewPlan, { body: WISH })).rejects.toThrow('plan.seed-missing');
  await expect(
    world.admin.call(previewPlan, { body: { ...WISH, changed: ['ghost'] } }),
  ).rejects.toThrow('plan.unknown-source');
});

it('builds a cycle from nothing in stages, until nothing changes, and publishes it as one', async () => {
  await world.applyProject(world.projectText() + HINTS);
  const plan = await world.admin.call(previewPlan, { body: WISH });
  expect(plan.steps.map((step) => step.id)).toEqual([
    'alpha@0',
    'beta@0',
    'gamma@0',
    'alpha@1',
    'user@0',
  ]);
  expect(plan.cycles).toEqual([['alpha', 'beta', 'gamma']]);
  const rebuild = await world.admin.call(startRebuild, { body: WISH });
  expect(rebuild).toMatchObject({ state: 'running', round: 1, steps: { total: 5, built: 0 } });
  await expect(world.admin.call(startRebuild, { body: WISH })).rejects.toThrow('rebuild.running');
  // A look at the repository while the rebuild runs finds nothing else to do.
  await world.refresh(world.recipes.commit({ note: 'nothing new' }));
  const { tasks } = await world.admin.call(listTasks, { query: { state: 'new' } });
  expect(tasks).toHaveLength(5);
  const builder = await world.builder('ringer', { slots: 2 });
  buildsEverything(builder);
  await world.admin.call(resumeAllocation);
  const done = await becomes(rebuild.id, 'published');
  expect(done.rebuild.steps).toMatchObject({ total: 5, built: 5 });
  expect(done.rebuild.round).toBe(1);
  expect(builder.orders.map(({ source }) => source).slice(0, 3)).toEqual([
    'alpha',
    'beta',
    'gamma',
  ]);
  expect(builder.orders[0]?.without).toEqual(['name(gamma)']);
  expect(builder.orders[0]?.mustUnderstand).toEqual(['without']);
  expect(
    builder.orders.filter(({ source }) => source === 'alpha').map((each) => each.without),
  ).toEqual([['name(gamma)'], undefined]);
  expect(world.vessel.publications).toHaveLength(1);
  expect(new Set(world.vessel.imports.map(({ changeSetId }) => changeSetId)).size).toBe(1);
});

it('goes into another round when a later build exports something else', async () => {
  const builder = await world.builder('rounds', { slots: 1 });
  let alphas = 0;
  builder.answer = (order) => {
    if (order.source === 'alpha') {
      alphas += 1;
      world.vessel.facts.set('alpha', {
        provides: [`soname(libalpha.so.${Math.min(alphas, 2)}(x86_64))`],
      });
    }
    void world.eventually(() => builder.succeed(order));
    return 'take';
  };
  const rebuild = await world.admin.call(startRebuild, { body: WISH });
  const done = await becomes(rebuild.id, 'published');
  // beta used alpha's first build; its own interface stays, so nobody else is built again.
  expect(done.rebuild.round).toBe(2);
  expect(done.graph.map((step) => step.id).slice(5)).toEqual(['beta@1']);
});

it('can be paused, resumed and cancelled, and says so of every task', async () => {
  const published = world.vessel.publications.length;
  await world.admin.call(pauseAllocation);
  const { id: rebuildId } = await world.admin.call(startRebuild, {
    body: { ...WISH, changed: ['beta'] },
  });
  await world.admin.call(pauseRebuild, { params: { rebuildId } });
  const paused = await detail(rebuildId);
  expect(paused.rebuild.state).toBe('paused');
  expect(new Set(paused.graph.map((step) => step.reason.code))).toEqual(new Set(['paused']));
  await world.admin.call(resumeRebuild, { params: { rebuildId } });
  const builder = await world.builder('stopped', { slots: 1 });
  await world.admin.call(resumeAllocation);
  await world.eventually(() => expect(builder.orders).toHaveLength(1));
  await world.admin.call(cancelRebuild, { params: { rebuildId } });
  const ended = await becomes(rebuildId, 'cancelled');
  await world.eventually(async () => {
    const { graph } = await detail(rebuildId);
    expect(new Set(graph.map((step) => step.standing))).toEqual(new Set(['cancelled']));
  });
  await world.eventually(() => expect(builder.cancels).toHaveLength(1));
  expect(ended.rebuild.steps.built).toBe(0);
  await world.eventually(() =>
    expect(world.admin.call(resumeRebuild, { params: { rebuildId } })).rejects.toThrow(
      'rebuild.illegal-state',
    ),
  );
  expect(world.vessel.publications).toHaveLength(published);
});

it('waits for the repair of a failed step and holds tasks of commits for its sources', async () => {
  const builder = await world.builder('mender', { slots: 1 });
  builder.answer = (order) => {
    void world.eventually(() => builder.fail(order));
    return 'take';
  };
  const { id: rebuildId } = await world.admin.call(startRebuild, {
    body: { ...WISH, changed: ['user'] },
  });
  await world.eventually(async () => {
    const { rebuild } = await detail(rebuildId);
    expect(rebuild.steps.failed).toBe(1);
  });
  await world.refresh(world.recipes.commitRecipes({ ...RING[3]!, name: 'user', release: 2 }));
  await world.taskBecomes('user', { state: 'new' });
  expect((await world.task('user')).reason.code).toBe('waits-for-rebuild');
  buildsEverything(builder);
  const [step] = (await detail(rebuildId)).graph;
  await world.admin.call(retryTask, { params: { taskId: step?.taskId ?? 0 } });
  await becomes(rebuildId, 'published');
  await world.taskBecomes('user', { state: 'completed', sourceRelease: 2 });
});

it('builds a task of a commit once more when it opened a cycle with what was published', async () => {
  const builder = await world.builder('twice', { slots: 1 });
  const provides = (source: string, soname: string) =>
    world.vessel.facts.set(source, { provides: [`soname(${soname}(x86_64))`] });
  builder.answer = (order) => {
    if (order.source !== 'user')
      provides(order.source, `${order.source}.so.${order.sourceRelease}`);
    void world.eventually(() => builder.succeed(order));
    return 'take';
  };
  const before = builder.orders.length;
  await world.refresh(
    world.recipes.commitRecipes(...RING.slice(0, 3).map((fields) => ({ ...fields, release: 2 }))),
  );
  await world.eventually(async () => {
    const sources = builder.orders.slice(before).map(({ source }) => source);
    expect(sources.toSorted()).toEqual(['alpha', 'alpha', 'beta', 'gamma']);
    expect((await world.task('alpha')).state).toBe('completed');
  });
  const second = await world.task('alpha');
  expect(second.description).toBe('Build alpha 1.0-2 once more: gamma changed what it exports');
});

it('spares dependants when nothing changed for them, unless that is overruled', async () => {
  const builder = await world.builder('sparing', { slots: 1 });
  buildsEverything(builder);
  const wish = { ...WISH, changed: ['gamma'] };
  const { id } = await world.admin.call(startRebuild, { body: wish });
  const spared = await becomes(id, 'published');
  const standing = new Map(spared.graph.map((step) => [step.id, step.standing]));
  expect(standing.get('gamma@0')).toBe('built');
  expect(standing.get('user@0')).toBe('spared');
  const again = await world.admin.call(startRebuild, { body: { ...wish, cutOff: false } });
  const all = await becomes(again.id, 'published');
  expect(all.rebuild.steps).toMatchObject({ spared: 0, built: all.graph.length });
});

it('publishes stage by stage when asked, and ends when a stage is refused', async () => {
  const builder = await world.builder('staging', { slots: 2 });
  buildsEverything(builder);
  const before = world.vessel.publications.length;
  const wish = { ...WISH, byStage: true };
  world.vessel.publicationOf = () => null;
  const { id } = await world.admin.call(startRebuild, { body: wish });
  await world.eventually(() => expect(world.vessel.publications).toHaveLength(before + 1));
  const half = await detail(id);
  expect(half.rebuild.state).toBe('running');
  expect(half.graph.map(({ id, standing, reason }) => [id, standing, reason.code])).toEqual([
    ['alpha@0', 'built', 'staged'],
    ['beta@0', 'built', 'staged'],
    ['gamma@0', 'built', 'staged'],
    ['alpha@1', 'waiting', 'waits-for-stage'],
    ['user@0', 'built', 'staged'],
  ]);
  world.vessel.publicationOf = (request) => world.vessel.publish(request);
  const [first] = world.vessel.publications.slice(before);
  if (first === undefined) throw new Error('nothing was published');
  await world.vessel.tellPublished(first.changeSetId, world.vessel.publish(first));
  const done = await becomes(id, 'published');
  expect(done.rebuild.steps).toMatchObject({ built: done.graph.length });
  const sets = world.vessel.publications.slice(before).map(({ changeSetId }) => changeSetId);
  expect(new Set(sets).size).toBe(2);
  expect(done.rebuild.changeSetId).toBe(sets[1]);

  const message = 'The gate is shut.';
  world.vessel.publicationOf = () => ({ kind: 'refused', code: 'gate.blocked', message });
  const again = await world.admin.call(startRebuild, { body: wish });
  const ended = await becomes(again.id, 'refused');
  expect(ended.rebuild.refusal).toEqual({ code: 'gate.blocked', message });
  await world.eventually(async () => {
    const { graph } = await detail(again.id);
    expect(new Set(graph.map((step) => step.standing))).toEqual(new Set(['failed', 'cancelled']));
  });
});

it('leaves a stage that vessel has got to its outcome when the rest is cancelled', async () => {
  const builder = await world.builder('halving', { slots: 2 });
  buildsEverything(builder);
  const before = world.vessel.publications.length;
  world.vessel.publicationOf = () => null;
  const wish = { ...WISH, byStage: true };
  const { id: rebuildId } = await world.admin.call(startRebuild, { body: wish });
  const request = await world.eventually(() => {
    const [first] = world.vessel.publications.slice(before);
    return first ?? Promise.reject(new Error('nothing is published yet'));
  });
  await world.admin.call(cancelRebuild, { params: { rebuildId } });
  await becomes(rebuildId, 'cancelled');
  await world.vessel.tellPublished(request.changeSetId, world.vessel.publish(request));
  await world.eventually(async () => {
    const { graph } = await detail(rebuildId);
    expect(graph.map(({ id, standing }) => [id, standing])).toEqual([
      ['alpha@0', 'built'],
      ['beta@0', 'built'],
      ['gamma@0', 'built'],
      ['alpha@1', 'cancelled'],
      ['user@0', 'built'],
    ]);
  });
  expect(world.vessel.publications).toHaveLength(before + 1);
});
