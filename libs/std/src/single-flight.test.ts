import { expect, it } from 'vitest';
import { SingleFlight } from './single-flight.js';

it('runs once at a time and once more for calls in between', async () => {
  let runs = 0;
  let underWay = 0;
  const flight = new SingleFlight(
    async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay -= 1;
    },
    (error) => {
      throw error;
    },
  );
  flight.wake();
  flight.wake();
  flight.wake();
  await flight.idle();
  expect(runs).toBe(2);
});

it('goes on after a failure', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const flight = new SingleFlight(
    async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    },
    (error) => errors.push(error),
  );
  flight.wake();
  await flight.idle();
  flight.wake();
  await flight.idle();
  expect([runs, errors.length]).toEqual([2, 1]);
});
