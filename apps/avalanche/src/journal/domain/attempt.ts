import { type BuildFailure, type BuildOrder, type Collectable } from '@cairn/contracts';
import { type Instant } from '@cairn/std';

/**
 * Where an attempt stands on this builder: `received` = journalled, not yet begun; `stopping` = its processes are
 * being ended; `reporting` = its result is offered to summit; `holding` = its artefacts wait to be fetched;
 * `released` and `dropped` = over, artefacts gone.
 */
export const ATTEMPT_STATUSES = [
  'received',
  'building',
  'stopping',
  'reporting',
  'holding',
  'released',
  'dropped',
] as const;
export type AttemptStatus = (typeof ATTEMPT_STATUSES)[number];

/** Why a build is stopped: summit wants no more of it, or this builder is going down. */
export const STOP_REASONS = ['cancelled', 'shutdown'] as const;
export type StopReason = (typeof STOP_REASONS)[number];

export type BuildResult =
  | { readonly kind: 'success'; readonly collectables: readonly Collectable[] }
  | { readonly kind: 'failure'; readonly failure: BuildFailure };

/** How far the log has come to summit; `given-up` when summit will never take the rest. */
export type LogDelivery = 'pending' | 'delivered' | 'given-up';

/** Everything that this builder knows of one attempt: what its journal file holds. */
export interface Attempt {
  readonly order: BuildOrder;
  readonly slot: number;
  readonly status: AttemptStatus;
  readonly receivedAt: Instant;
  readonly stopReason?: StopReason | undefined;
  readonly result?: BuildResult | undefined;
  readonly closedAt?: Instant | undefined;
  readonly log: LogDelivery;
}

/** An attempt that has only just been ordered. */
export function newAttempt(facts: {
  readonly order: BuildOrder;
  readonly slot: number;
  readonly receivedAt: Instant;
}): Attempt {
  return { ...facts, status: 'received', log: 'pending' };
}

/** A build is wanted, under way or being ended: there are, or will be, processes. */
export function isRunning(attempt: Attempt): boolean {
  return ['received', 'building', 'stopping'].includes(attempt.status);
}

/** Nothing of it is needed any more but the memory that it was. */
export function isClosed(attempt: Attempt): boolean {
  return attempt.status === 'released' || attempt.status === 'dropped';
}

/** It keeps its slot until summit has answered its result. */
export function occupiesSlot(attempt: Attempt): boolean {
  return isRunning(attempt) || attempt.status === 'reporting';
}

/** Whether artefacts must be kept for it. */
export function holdsArtefacts(attempt: Attempt): boolean {
  return (
    (attempt.status === 'reporting' || attempt.status === 'holding') &&
    attempt.result?.kind === 'success'
  );
}
