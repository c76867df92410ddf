import { type BuildFailure } from '@cairn/contracts';

/** What becomes of a task whose attempt came to nothing. */
export type FailureVerdict =
  { readonly kind: 'offer-again'; readonly heldUntil: number } | { readonly kind: 'fail' };

export interface RetryRules {
  readonly retryFirstMs: number;
  readonly retryMax: number;
}

const RETRY_DELAY_MAX_MS = 30 * 60 * 1_000;

/**
 * Infrastructure failures are tried again, after a delay that doubles, until the cap; recipe and upstream failures
 * wait for a person, for the same bytes would fail in the same way.
 */
export function judgeFailure(facts: {
  readonly failureClass: BuildFailure['class'];
  readonly retryCount: number;
  readonly now: number;
  readonly rules: RetryRules;
}): FailureVerdict {
  const { failureClass, retryCount, now, rules } = facts;
  if (failureClass !== 'infrastructure' || retryCount >= rules.retryMax) return { kind: 'fail' };
  const delayMs = Math.min(RETRY_DELAY_MAX_MS, rules.retryFirstMs * 2 ** retryCount);
  return { kind: 'offer-again', heldUntil: now + delayMs };
}
