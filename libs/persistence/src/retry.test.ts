import { expect, it } from 'vitest';
import { CONFLICT_RETRY, retryDelayMs, withRetry } from './retry.js';

const policy = { ...CONFLICT_RETRY, attemptsMax: 3, baseDelayMs: 1, random: () => 0.5 };

it('tries again while the error is retryable and gives the last error when attempts run out', async () => {
  let attempts = 0;
  const work = (attempt: number): Promise<never> => {
    attempts += 1;
    return Promise.reject(new Error(`attempt ${attempt}`));
  };
  await expect(withRetry(work, { policy, isRetryable: () => true })).rejects.toThrow('attempt 3');
  expect(attempts).toBe(3);
  await expect(withRetry(work, { policy, isRetryable: () => false })).rejects.toThrow('attempt 1');
  expect(attempts).toBe(4);
});

it('doubles the pause up to its bound', () => {
  const patient = { ...CONFLICT_RETRY, baseDelayMs: 10, delayMsMax: 35, random: () => 0.5 };
  expect([2, 3, 4, 5].map((attempt) => retryDelayMs(patient, attempt))).toEqual([
    5, 10, 17.5, 17.5,
  ]);
});
