import { type AttemptReport, type AttemptVerdict } from '@cairn/contracts';
import { isClosed, isRunning, type Attempt } from './attempt.js';
import { type AttemptEvent } from './attempt-transition.js';

/** An event that summit's verdict asks for. */
export interface VerdictEvent {
  readonly attemptId: string;
  readonly event: AttemptEvent;
}

/**
 * What summit's verdicts mean for the attempts that we know. Verdicts on unknown or closed attempts, and `release`
 * of what is still building, ask for nothing.
 */
export function reconcile(
  attempts: ReadonlyMap<string, Attempt>,
  verdicts: readonly AttemptVerdict[],
): readonly VerdictEvent[] {
  return verdicts.flatMap(({ attemptId, verdict }): VerdictEvent[] => {
    const attempt = attempts.get(attemptId);
    if (attempt === undefined || isClosed(attempt)) return [];
    switch (verdict) {
      case 'continue':
        return [];
      case 'stop':
        return [{ attemptId, event: { kind: 'stop-requested', reason: 'cancelled' } }];
      case 'release':
        return isRunning(attempt) ? [] : [{ attemptId, event: { kind: 'release-ordered' } }];
    }
  });
}

/** How an attempt is reported to summit; null when there is nothing to say any more. */
export function reportOf(
  attempt: Attempt,
  progress: { readonly step?: string | undefined; readonly logSizeBytes: number },
): AttemptReport | null {
  if (isClosed(attempt)) return null;
  const { attemptId, fence } = attempt.order;
  return {
    attemptId,
    fence,
    state: stateOf(attempt),
    logSizeBytes: progress.logSizeBytes,
    ...(progress.step === undefined ? {} : { step: progress.step }),
  };
}

function stateOf(attempt: Attempt): AttemptReport['state'] {
  if (isRunning(attempt)) return 'building';
  return attempt.status === 'holding' ? 'holding' : 'reporting';
}
