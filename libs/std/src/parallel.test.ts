import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mapInParallel } from './parallel.js';

it('works on no more items at once than it may, and keeps their order', async () => {
  let running = 0;
  let most = 0;
  const done = await mapInParallel([5, 1, 4, 2, 3], 2, async (item) => {
    running += 1;
    most = Math.max(most, running);
    await pause(item);
    running -= 1;
    return item * 10;
  });
  expect(done).toEqual([50, 10, 40, 20, 30]);
  expect(most).toBe(2);
});

it('throws the first failure', async () => {
  const work = mapInParallel([1, 2, 3], 3, async (item) => {
    await pause(item);
    throw new Error(`item ${item}`);
  });
  await expect(work).rejects.toThrow('item 1');
});

it('does nothing for nothing', async () => {
  expect(await mapInParallel([], 4, () => Promise.reject(new Error('called')))).toEqual([]);
});
