import { listTasks } from '@cairn/contracts';
import { testServers } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedBuilder } from '../testing/simulated-builder.conformance.js';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
const TASKS = 30;
const BUILDERS = 3;
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

/** Has a builder report every order that it takes as built, and offer the result until it is answered. */
function buildsEverything(builder: SimulatedBuilder): void {
  builder.answer = (order) => {
    void world.eventually(() => builder.succeed(order));
    return 'take';
  };
}

async function states(): Promise<Record<string, number>> {
  const { tasks } = await world.admin.call(listTasks, { query: { limit: 500 } });
  const counts: Record<string, number> = {};
  for (const { state } of tasks) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

it('gives out nothing twice, whoever leads and however often the lead changes', async () => {
  const second = await world.start();
  const builders = await Promise.all(
    Array.from({ length: BUILDERS }, (_, i) => world.builder(`b${i}`, { slots: 4 })),
  );
  builders.forEach(buildsEverything);
  const names = Array.from({ length: TASKS }, (_, i) => ({ name: `task-${i}` }));
  await world.refresh(world.recipes.commitRecipes(...names));
  for (const pause of [100, 300]) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await world.db.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'leadership summit.leader' AND datname = current_database()`,
    );
  }
  await world.eventually(async () => expect(await states()).toEqual({ completed: TASKS }));
  const { rows } = await world.db.query(
    'SELECT task_id, count(*)::int AS count FROM attempt GROUP BY task_id HAVING count(*) > 1',
  );
  expect(rows).toEqual([]);
  const orders = builders.flatMap((builder) => builder.orders);
  expect(new Set(orders.map(({ source }) => source)).size).toBe(TASKS);
  // An order whose answer was lost with the leader is sent again, but it is the same order.
  expect(new Set(orders.map(({ attemptId }) => attemptId)).size).toBe(TASKS);
  expect(new Set(world.vessel.imports.map(({ importId }) => importId)).size).toBe(TASKS);
  const fences = await world.db.query('SELECT fence FROM attempt ORDER BY fence');
  expect(new Set(fences.rows.map((row: { fence: string }) => row.fence)).size).toBe(TASKS);
  await second.stop();
});

it('goes on when the summit that leads stops', async () => {
  const second = await world.start();
  const [attic] = world.builders;
  await world.refresh(world.recipes.commitRecipes({ name: 'handed-over' }));
  await world.eventually(() =>
    expect(
      world.builders.some((each) => each.heard.some((order) => order.source === 'handed-over')),
    ).toBe(true),
  );
  await world.summit.stop();
  world.summit = second;
  await world.taskBecomes('handed-over', { state: 'completed' });
  await attic?.beat([]);
  await world.refresh(world.recipes.commitRecipes({ name: 'afterwards' }));
  await world.taskBecomes('afterwards', { state: 'completed' });
});
