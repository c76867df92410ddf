import { testServers } from '@cairn/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SummitWorld } from '../testing/summit-world.conformance.js';

const servers = testServers({ postgres: 'shared' });
let world: SummitWorld;

beforeAll(async () => {
  world = await SummitWorld.create(servers.postgres);
  await world.applyProject();
});
afterAll(async () => {
  await world.stop();
  expect(world.defects).toEqual([]);
});

it('takes a recipe from its commit to completion', async () => {
  const attic = await world.builder('attic');
  const commit = world.recipes.commitRecipes({ name: 'nano' });
  await world.refresh(commit);
  const order = await attic.order('nano');
  expect(order).toMatchObject({
    source: 'nano',
    version: '1.0',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    pinnedHistory: 'h0',
    repository: { commit, recipePath: 'nano/stone.yaml', branch: 'main' },
  });
  expect(order.fence).toBeGreaterThan(0);
  expect(await attic.succeed(order)).toEqual({ outcome: 'taken' });
  const done = await world.taskBecomes('nano', { state: 'completed' });
  expect(done).toMatchObject({ publishedHistory: 'h1', attemptCount: 1, builder: 'attic' });
  expect(done.attempts).toMatchObject([
    { state: 'accepted', fence: order.fence, pinnedHistory: 'h0' },
  ]);
  expect(world.vessel.imports).toMatchObject([
    {
      importId: order.attemptId,
      changeSetId: done.changeSetId,
      builderId: 'attic',
      expected: { source: 'nano', version: '1.0', sourceRelease: 1, buildRelease: 1 },
    },
  ]);
});
