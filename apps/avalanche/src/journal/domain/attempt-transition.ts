import { type BuildFailure, type Collectable } from '@cairn/contracts';
import { err, ok, type Instant, type Result } from '@cairn/std';
import { type Attempt, type AttemptStatus, type StopReason } from './attempt.js';
import { failureOfRestart, failureOfStop } from './stop-failure.js';

/** What can happen to an attempt on its builder. */
export type AttemptEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'succeeded'; readonly collectables: readonly Collectable[] }
  | { readonly kind: 'failed'; readonly failure: BuildFailure }
  | { readonly kind: 'stop-requested'; readonly reason: StopReason }
  /** summit has stored the result. */
  | { readonly kind: 'taken' }
  /** summit has no use for the result. */
  | { readonly kind: 'refused' }
  /** summit needs the artefacts no more. */
  | { readonly kind: 'release-ordered' }
  /** This process found the attempt in the journal of its predecessor. */
  | { readonly kind: 'restarted' };

export interface IllegalAttemptEvent {
  readonly code: 'attempt.illegal-transition';
  readonly from: AttemptStatus;
  readonly event: AttemptEvent['kind'];
}

const OPEN: readonly AttemptStatus[] = ['received', 'building', 'stopping', 'reporting', 'holding'];

/** In which states an event may happen; everywhere else it is refused and changes nothing. */
export const ALLOWED_FROM: Readonly<Record<AttemptEvent['kind'], readonly AttemptStatus[]>> = {
  started: ['received'],
  succeeded: ['building', 'stopping'],
  failed: ['received', 'building', 'stopping'],
  'stop-requested': OPEN,
  taken: ['reporting'],
  refused: ['reporting'],
  'release-ordered': ['reporting', 'holding'],
  restarted: OPEN,
};

/** The attempt after an event, or why the event is not possible. `now` dates the end of an attempt. */
export function transition(
  attempt: Attempt,
  event: AttemptEvent,
  now: Instant,
): Result<Attempt, IllegalAttemptEvent> {
  if (!ALLOWED_FROM[event.kind].includes(attempt.status)) {
    return err({
      code: 'attempt.illegal-transition',
      from: attempt.status,
      event: event.kind,
    });
  }
  switch (event.kind) {
    case 'started':
      return ok({ ...attempt, status: 'building' });
    case 'succeeded':
      // A build that ended well while it was being stopped is still a stopped one: nobody waits for it.
      return ok(
        attempt.stopReason === undefined
          ? reporting(attempt, { kind: 'success', collectables: event.collectables })
          : reporting(attempt, failed(failureOfStop(attempt.stopReason))),
      );
    case 'failed':
      return ok(
        reporting(
          attempt,
          failed(
            attempt.stopReason === undefined ? event.failure : failureOfStop(attempt.stopReason),
          ),
        ),
      );
    case 'stop-requested':
      return ok(stopped(attempt, event.reason, now));
    case 'taken':
      return ok(
        attempt.result?.kind === 'success'
          ? { ...attempt, status: 'holding' }
          : closed(attempt, 'released', now),
      );
    case 'refused':
      return ok(closed(attempt, 'dropped', now));
    case 'release-ordered':
      return ok(closed(attempt, 'released', now));
    case 'restarted':
      return ok(restarted(attempt));
  }
}

const failed = (failure: BuildFailure) => ({ kind: 'failure', failure }) as const;

function reporting(attempt: Attempt, result: NonNullable<Attempt['result']>): Attempt {
  return { ...attempt, status: 'reporting', result };
}

function closed(attempt: Attempt, status: 'released' | 'dropped', now: Instant): Attempt {
  return { ...attempt, status, closedAt: now };
}

function stopped(attempt: Attempt, reason: StopReason, now: Instant): Attempt {
  const running: readonly AttemptStatus[] = ['received', 'building', 'stopping'];
  if (running.includes(attempt.status)) {
    // A cancellation outlasts a shutdown: summit must not offer the task again by itself.
    const stopReason = attempt.stopReason === 'cancelled' ? 'cancelled' : reason;
    return { ...attempt, status: 'stopping', stopReason };
  }
  // Results outlive a shutdown: they are in the journal.
  if (reason === 'shutdown') return attempt;
  if (attempt.status === 'holding') return closed(attempt, 'dropped', now);
  return attempt.result?.kind === 'success'
    ? reporting({ ...attempt, stopReason: reason }, failed(failureOfStop(reason)))
    : attempt;
}

function restarted(attempt: Attempt): Attempt {
  switch (attempt.status) {
    case 'received':
    case 'building':
      return reporting(attempt, failed(failureOfRestart()));
    case 'stopping':
      return reporting(attempt, failed(failureOfStop(attempt.stopReason ?? 'cancelled')));
    case 'reporting':
    case 'holding':
    case 'released':
    case 'dropped':
      return attempt;
  }
}
