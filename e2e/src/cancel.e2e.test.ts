import { cancelTask, listBuilders, pauseAllocation, resumeAllocation } from '@cairn/contracts';
import { eventually } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { reachGate, WAIT_AT_GATE } from './actions/gate.js';
import { World } from './actions/world.js';
import { processesOfBuild, processesWith } from './assertions/processes.js';
import { attemptBuilding, taskIn } from './assertions/task-state.js';

const ACKNOWLEDGED_WITHIN_MS = 5_000;
const GONE_WITHIN_MS = 30_000;
/** Processes that have left their session and parent, and take no hint. */
const DAEMON = 'while :; do sleep 0.2; : stubborn-daemon; done';
const DAEMONS = [1, 2, 3].map(
  () => `setsid bash -c "trap '' TERM INT HUP QUIT; ${DAEMON}" > /dev/null 2>&1 &`,
);

let world: World;
beforeAll(async () => {
  world = await World.start({ builders: ['one'] });
});
afterAll(() => world.stop());

it('cancels a build that forks daemons and ignores every hint', async () => {
  await world.push({ name: 'oak', install: ["trap '' TERM INT HUP", ...DAEMONS, ...WAIT_AT_GATE] });
  const { id, builder, taskId } = await attemptBuilding(world.hub, 'oak');
  await reachGate(world, { builder, attemptId: id });
  await eventually(() => expect(processesWith('stubborn-daemon')).toHaveLength(DAEMONS.length));

  const startedAt = performance.now();
  const answer = await world.hub.call(cancelTask, { params: { taskId } });
  expect(performance.now() - startedAt).toBeLessThan(ACKNOWLEDGED_WITHIN_MS);
  expect(answer.state).toBe('cancelled');
  await eventually(
    () => {
      expect(processesWith('stubborn-daemon')).toEqual([]);
      expect(processesOfBuild(id)).toEqual([]);
    },
    { timeoutMs: GONE_WITHIN_MS - (performance.now() - startedAt) },
  );
  const task = await taskIn(world.hub, 'oak', 'cancelled');
  expect(task.attempts).toHaveLength(1);
  expect(task.attempts[0]).toMatchObject({ state: 'cancelled', failure: { class: 'cancelled' } });
});

it('cancels a task that waits, which is then not built', async () => {
  await world.hub.call(pauseAllocation);
  await world.push({ name: 'pine' });
  const { id } = await taskIn(world.hub, 'pine', 'new');
  await world.hub.call(cancelTask, { params: { taskId: id } });
  await world.hub.call(resumeAllocation);
  await world.push({ name: 'quince' });
  await taskIn(world.hub, 'quince', 'completed');
  expect((await taskIn(world.hub, 'pine', 'cancelled')).attempts).toEqual([]);
});

it('has the builder idle afterwards', async () => {
  await eventually(async () => {
    const { builders } = await world.hub.call(listBuilders);
    expect(builders).toMatchObject([{ id: 'one', state: 'idle', attempts: [] }]);
  });
});
