import { expect, it } from 'vitest';
import { SizeBudget } from './window-budget.js';

it('lets work in while the sum fits, in the order of asking, and lone giants alone', async () => {
  const budget = new SizeBudget(10);
  const log: string[] = [];
  const finish = new Map<string, () => void>();
  const run = (name: string, sizeBytes: number) =>
    budget.run(sizeBytes, () => {
      log.push(name);
      return new Promise<void>((done) => finish.set(name, done));
    });
  const settled = [run('six', 6), run('four', 4), run('giant', 99), run('one', 1)];
  const turn = () => new Promise((done) => setTimeout(done, 0));
  await turn();
  expect(log).toEqual(['six', 'four']);
  finish.get('six')?.();
  await turn();
  expect(log).toEqual(['six', 'four']);
  finish.get('four')?.();
  await turn();
  expect(log).toEqual(['six', 'four', 'giant']);
  finish.get('giant')?.();
  await turn();
  expect(log).toEqual(['six', 'four', 'giant', 'one']);
  finish.get('one')?.();
  await Promise.all(settled);
});

it('gives the share back when the work fails', async () => {
  const budget = new SizeBudget(1);
  await expect(budget.run(1, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  await expect(budget.run(1, () => Promise.resolve('done'))).resolves.toBe('done');
});
