import {
  type AttemptReport,
  type AttemptState,
  type AttemptVerdict,
  type TaskState,
} from '@cairn/contracts';

/** What summit knows of an attempt that a builder reports or should report. */
export interface KnownAttempt {
  readonly attemptId: string;
  readonly fence: number;
  readonly state: AttemptState;
  readonly taskState: TaskState;
  /** When its builder acknowledged the order (milliseconds); null before. */
  readonly acknowledgedAt: number | null;
}

export type Action =
  /** The lease runs on. */
  | { readonly kind: 'renew'; readonly attemptId: string; readonly step: string | null }
  /** It was given up for lost but runs, and nothing else does: it counts again. */
  | { readonly kind: 'revive'; readonly attemptId: string; readonly step: string | null }
  /** The builder has forgotten it. */
  | { readonly kind: 'lose'; readonly attemptId: string };

export interface Reconciliation {
  readonly verdicts: readonly AttemptVerdict[];
  readonly actions: readonly Action[];
}

/**
 * Compares what a builder says it is doing with what summit believes: what to tell the builder, and what to change
 * here. An order that may still be on its way is left alone; only those acknowledged before the builder was heard
 * (`heardAt`, milliseconds) can be missed, for it may have spoken before it took a later one.
 */
export function reconcile(
  reports: readonly AttemptReport[],
  known: readonly KnownAttempt[],
  heardAt: number,
): Reconciliation {
  const knownById = new Map(known.map((attempt) => [attempt.attemptId, attempt]));
  const verdicts: AttemptVerdict[] = [];
  const actions: Action[] = [];
  for (const report of reports) {
    const attempt = knownById.get(report.attemptId);
    const { verdict, action } = judge(report, attempt);
    verdicts.push(verdict);
    if (action !== null) actions.push(action);
  }
  const reported = new Set(reports.map((report) => report.attemptId));
  for (const attempt of known) {
    const { acknowledgedAt } = attempt;
    const isDue = acknowledgedAt !== null && acknowledgedAt < heardAt;
    if (attempt.state === 'building' && isDue && !reported.has(attempt.attemptId)) {
      actions.push({ kind: 'lose', attemptId: attempt.attemptId });
    }
  }
  return { verdicts, actions };
}

function judge(
  report: AttemptReport,
  attempt: KnownAttempt | undefined,
): { verdict: AttemptVerdict; action: Action | null } {
  const { attemptId } = report;
  const step = report.step ?? null;
  const tell = (verdict: AttemptVerdict['verdict'], reason?: string): AttemptVerdict =>
    reason === undefined ? { attemptId, verdict } : { attemptId, verdict, reason };
  if (attempt === undefined || attempt.fence !== report.fence) {
    return { verdict: tell('stop', 'attempt.not-found'), action: null };
  }
  switch (attempt.state) {
    case 'dispatched':
    case 'building':
      return { verdict: tell('continue'), action: { kind: 'renew', attemptId, step } };
    case 'reserved':
      return { verdict: tell('continue'), action: null };
    case 'accepted':
      return { verdict: tell('release'), action: null };
    case 'lost':
      if (attempt.taskState === 'new')
        return { verdict: tell('continue'), action: { kind: 'revive', attemptId, step } };
      if (attempt.taskState === 'building') return { verdict: tell('continue'), action: null };
      return { verdict: tell('stop', 'attempt.fence-stale'), action: null };
    case 'failed':
    case 'void':
    case 'cancelled':
      return { verdict: tell('stop', `attempt.${attempt.state}`), action: null };
  }
}
