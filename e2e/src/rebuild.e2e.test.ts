import {
  applyProject,
  getOverview,
  getRebuild,
  listTasks,
  pauseAllocation,
  resumeAllocation,
  startRebuild,
  type RebuildDetail,
  type TaskView,
} from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RecipeFields } from './actions/recipe-text.js';
import { PROJECT, projectDocument, World } from './actions/world.js';
import { histories, packagesIn } from './assertions/published-channel.js';

const FULL = process.env['CAIRN_FULL'] === '1';
/** A distribution of tiny recipes with one cycle, built by several builders from nothing. */
const SIZE = FULL ? { recipes: 300, ring: 12, builders: 4 } : { recipes: 12, ring: 3, builders: 2 };
const SEED = Number(process.env['CAIRN_SEED'] ?? 1);
const REBUILD_TIMEOUT_MS = FULL ? 45 * 60_000 : 120_000;
const PROFILE = 'main-x86-64';

let world: World;
let seconds = 0;
let done: RebuildDetail;
const recipes = distribution(SEED);

beforeAll(async () => {
  world = await World.start();
  await world.hub.call(pauseAllocation);
  const document = projectDocument(world.recipes.dir, hints());
  await world.hub.call(applyProject, { body: { document } });
  await world.push(...recipes);
  await eventually(async () => expect(await tasksOf('new')).toHaveLength(SIZE.recipes), {
    timeoutMs: 60_000,
  });
  for (let number = 1; number <= SIZE.builders; number += 1)
    await world.stack.startBuilder(`b${number}`);
  done = await rebuilt();
}, REBUILD_TIMEOUT_MS);
afterAll(() => world.stop());

it('publishes everything that was built from nothing, as one version', async () => {
  const found = await packagesIn(world);
  expect(recipes.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
  const { all } = await histories(world);
  console.log(
    `rebuild of ${SIZE.recipes} recipes by ${SIZE.builders} builders: ${seconds.toFixed(1)} s, ${done.graph.length} builds, ${done.rebuild.round} rounds, seed ${SEED}`,
  );
  const { events } = await world.hub.call(getOverview);
  const told = events.map(({ sentence }) => sentence).join('\n');
  expect(done.rebuild.publishedHistory, told).toBe(all.at(-1));
  expect(done.rebuild.steps).toMatchObject({ total: done.graph.length, built: done.graph.length });
});

it('opens the cycle by its hint, and goes on until nothing changes', () => {
  const builds = (name: string) => done.graph.filter((step) => step.source === name);
  expect(builds('ring-0').map((step) => step.without)).toEqual([
    [`name(ring-${SIZE.ring - 1})`],
    [],
  ]);
  // The second build of ring-0 has a program that the first could not have: who used the first is built again.
  expect(builds('ring-1')).toHaveLength(2);
  expect(done.rebuild.round).toBe(2);
});

it('builds nothing before what it depends on', async () => {
  const tasks = new Map((await tasksOf('completed')).map((task) => [task.id, task]));
  const taskOf = new Map(done.graph.map((step) => [step.id, tasks.get(step.taskId)]));
  for (const step of done.graph) {
    for (const before of step.after) {
      const [task, earlier] = [taskOf.get(step.id), taskOf.get(before)];
      expect(task?.dispatchedAt, `${step.id} after ${before}`).toBeGreaterThanOrEqual(
        earlier?.builtAt ?? Infinity,
      );
    }
  }
});

it(
  'publishes stage by stage when asked',
  async () => {
    const before = (await histories(world)).all.length;
    const again = await rebuilt({ byStage: true });
    expect(again.rebuild.steps).toMatchObject({ built: again.graph.length });
    expect((await histories(world)).all.length).toBeGreaterThanOrEqual(before + 2);
  },
  REBUILD_TIMEOUT_MS,
);

async function rebuilt(more: { readonly byStage?: boolean } = {}): Promise<RebuildDetail> {
  const body = { project: PROJECT, profile: PROFILE, ...more };
  const { id: rebuildId } = await world.hub.call(startRebuild, { body });
  const startedAt = performance.now();
  await world.hub.call(resumeAllocation);
  const detail = await eventually(
    async () => {
      const found = await world.hub.call(getRebuild, { params: { rebuildId } });
      if (found.rebuild.state !== 'published') throw new Error(JSON.stringify(found.rebuild));
      return found;
    },
    { timeoutMs: REBUILD_TIMEOUT_MS, intervalMs: 500 },
  );
  seconds = (performance.now() - startedAt) / 1_000;
  return detail;
}

async function tasksOf(state: 'new' | 'completed'): Promise<TaskView[]> {
  const { tasks } = await world.hub.call(listTasks, { query: { state, limit: 500 } });
  return tasks;
}

/** Ring members need the one before; every other recipe needs one to three that stand before it, ring members among them. */
function distribution(seed: number): RecipeFields[] {
  const last = `ring-${SIZE.ring - 1}`;
  const ring = Array.from({ length: SIZE.ring }, (_, place): RecipeFields => ({
    name: `ring-${place}`,
    builddeps: [place === 0 ? last : `ring-${place - 1}`],
    install: place === 0 ? [programWhere(last)] : [],
  }));
  let state = seed;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const others: RecipeFields[] = [];
  while (ring.length + others.length < SIZE.recipes) {
    const before = [...ring, ...others];
    const builddeps = Array.from(
      { length: 1 + random(3) },
      () => before[random(before.length)]?.name ?? last,
    );
    others.push({ name: `leaf-${others.length}`, builddeps: [...new Set(builddeps)] });
  }
  return [...ring, ...others];
}

/** Installs a program only where another package is there. */
function programWhere(needed: string): string {
  return `if [ -e /usr/share/${needed}/text ]; then mkdir -p %(installroot)%(bindir) && printf '#!/bin/sh\\necho whole\\n' > %(installroot)%(bindir)/ring-whole && chmod 755 %(installroot)%(bindir)/ring-whole; fi`;
}

function hints(): string {
  return `bootstrap:
  - source: ring-0
    without: [ring-${SIZE.ring - 1}]
`;
}
