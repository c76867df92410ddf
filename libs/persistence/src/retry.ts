import { setTimeout as sleep } from 'node:timers/promises';

/** How often and how patiently something is tried again. */
export interface RetryPolicy {
  /** Attempts in all, the first one included. */
  readonly attemptsMax: number;
  /** Longest pause before the second attempt; it doubles with each attempt. */
  readonly baseDelayMs: number;
  readonly delayMsMax: number;
  /** A number from 0 up to 1 that spreads the pauses of rivals, such as `Math.random`. */
  readonly random: () => number;
}

/** Longest sensible persistence against conflicting transactions; the caller adds its source of jitter. */
export const CONFLICT_RETRY: Omit<RetryPolicy, 'random'> = {
  attemptsMax: 10,
  baseDelayMs: 10,
  delayMsMax: 500,
};

/** The pause before attempt `attempt` (2 for the first repetition): exponential, bounded, fully jittered. */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  const ceilingMs = Math.min(policy.delayMsMax, policy.baseDelayMs * 2 ** (attempt - 2));
  return ceilingMs * policy.random();
}

/** Does the work, again while `isRetryable` says so and attempts remain; then the last error is thrown. */
export async function withRetry<T>(
  work: (attempt: number) => Promise<T>,
  options: { readonly policy: RetryPolicy; readonly isRetryable: (error: unknown) => boolean },
): Promise<T> {
  const { policy, isRetryable } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      if (attempt >= policy.attemptsMax || !isRetryable(error)) throw error;
      await sleep(retryDelayMs(policy, attempt + 1));
    }
  }
}
