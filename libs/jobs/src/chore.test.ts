import { AppError } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { backoffMs, defineChore } from './chore.js';
import { assertEveryChoreHandled, handleChore } from './chore-handler.js';

const data = z.strictObject({ id: z.string() });
const refresh = defineChore({ name: 'repositories.refresh', data, id: ({ id }) => id });
const prune = defineChore({ name: 'pool.prune', data, id: ({ id }) => id });
const doNothing = (): Promise<void> => Promise.resolve();

it('refuses a name that is not <noun>.<verb>', () => {
  for (const name of ['refresh', 'Repositories.refresh', 'a:b.c', 'a.b c', '']) {
    expect(() => defineChore({ name, data, id: ({ id }) => id })).toThrow('chore name');
  }
});

it('repeats what may help and nothing else', () => {
  expect(refresh.retryable(new Error('connection lost'))).toBe(true);
  expect(refresh.retryable(new AppError('peer.timeout', 'no answer'))).toBe(true);
  expect(refresh.retryable(new AppError('project.invalid', 'no'))).toBe(false);
});

it('doubles the backoff up to its bound, spread over the upper half', () => {
  const backoff = { baseMs: 100, maxMs: 500 };
  expect([1, 2, 3, 4].map((attempt) => backoffMs(backoff, { attempt, random: 0 }))).toEqual([
    50, 100, 200, 250,
  ]);
  expect(backoffMs(backoff, { attempt: 9, random: 1 })).toBe(500);
});

it('names every chore without a handler, with several, and every handler without a chore', () => {
  const handler = handleChore(refresh, doNothing);
  const wiring = { app: 'summit', chores: [refresh], handlers: [handler] };
  expect(() => assertEveryChoreHandled(wiring)).not.toThrow();
  expect(() => assertEveryChoreHandled({ ...wiring, handlers: [] })).toThrow(
    'summit cannot start: no handler for "repositories.refresh"',
  );
  expect(() =>
    assertEveryChoreHandled({
      ...wiring,
      handlers: [handler, handler, handleChore(prune, doNothing)],
    }),
  ).toThrow('"repositories.refresh" has several handlers; "pool.prune" is not defined');
});
