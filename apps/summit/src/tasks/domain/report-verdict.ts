import { type AttemptState } from '@cairn/contracts';
import { type TaskProgress } from './task.js';

export type ReportVerdict =
  | { readonly kind: 'reserve' }
  | { readonly kind: 'taken-already' }
  | { readonly kind: 'refuse'; readonly code: 'attempt.fence-stale' };

/**
 * What a report of success is worth. The result of an attempt that was given up for lost is welcome until another
 * attempt's is reserved; a cancelled or superseded task takes none.
 */
export function judgeReport(
  task: Pick<TaskProgress, 'state'>,
  attempt: { readonly state: AttemptState },
): ReportVerdict {
  switch (attempt.state) {
    case 'reserved':
    case 'accepted':
      return { kind: 'taken-already' };
    case 'dispatched':
    case 'building':
    case 'lost':
      return task.state === 'building' || task.state === 'new'
        ? { kind: 'reserve' }
        : { kind: 'refuse', code: 'attempt.fence-stale' };
    case 'failed':
    case 'void':
    case 'cancelled':
      return { kind: 'refuse', code: 'attempt.fence-stale' };
  }
}
