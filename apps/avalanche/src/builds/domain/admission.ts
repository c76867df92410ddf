import { ATTEMPTS_PER_BUILDER_MAX, type BuildOrder, type ErrorCode } from '@cairn/contracts';
import { err, ok, type Result } from '@cairn/std';
import { isClosed, occupiesSlot, type Attempt } from '../../journal/domain/attempt.js';

/** What an order is judged by. */
export interface AdmissionFacts {
  readonly attempts: ReadonlyMap<string, Attempt>;
  readonly slots: number;
  readonly architectures: readonly string[];
  readonly features: readonly string[];
  readonly isDraining: boolean;
  readonly isDiskFull: boolean;
}

export interface Admission {
  readonly slot: number;
  /** The order was accepted before: nothing is to be started, the answer is the same. */
  readonly isDuplicate: boolean;
}

export interface Refusal {
  readonly code: Extract<
    ErrorCode,
    | 'attempt.fence-stale'
    | 'builder.busy'
    | 'builder.disk-full'
    | 'builder.draining'
    | 'builder.feature-missing'
  >;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Whether an order is taken, and in which slot. An order that is known is answered as it was the first time. */
export function admit(order: BuildOrder, facts: AdmissionFacts): Result<Admission, Refusal> {
  const known = facts.attempts.get(order.attemptId);
  if (known !== undefined) {
    return known.order.fence === order.fence
      ? ok({ slot: known.slot, isDuplicate: true })
      : refuse('attempt.fence-stale', 'This attempt is known here under another fence.', {
          fence: known.order.fence,
        });
  }
  const missing = order.mustUnderstand.filter((name) => !facts.features.includes(name));
  if (missing.length > 0) {
    return refuse('builder.feature-missing', 'The order needs what this builder does not know.', {
      missing,
    });
  }
  if (!facts.architectures.includes(order.architecture)) {
    return refuse('builder.feature-missing', 'This builder does not build for the architecture.', {
      architectures: facts.architectures,
    });
  }
  if (facts.isDraining) return refuse('builder.draining', 'This builder takes no orders now.', {});
  if (facts.isDiskFull) return refuse('builder.disk-full', 'The disk is nearly full.', {});
  return freeSlot(facts);
}

function freeSlot(facts: AdmissionFacts): Result<Admission, Refusal> {
  const attempts = [...facts.attempts.values()];
  const occupied = new Set(attempts.filter(occupiesSlot).map(({ slot }) => slot));
  const open = attempts.filter((attempt) => !isClosed(attempt)).length;
  const slot = Array.from({ length: facts.slots }, (_, number) => number).find(
    (number) => !occupied.has(number),
  );
  if (slot === undefined || open >= ATTEMPTS_PER_BUILDER_MAX) {
    return refuse('builder.busy', 'Every slot of this builder is taken.', {
      slots: facts.slots,
      held: open,
    });
  }
  return ok({ slot, isDuplicate: false });
}

function refuse(
  code: Refusal['code'],
  message: string,
  details: Refusal['details'],
): Result<never, Refusal> {
  return err({ code, message, details });
}
