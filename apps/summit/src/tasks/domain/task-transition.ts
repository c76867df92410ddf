import { type TaskState } from '@cairn/contracts';
import { err, ok, type Result } from '@cairn/std';
import { type AttemptId, type TaskProgress } from './task.js';

/** Everything that can happen to a task. */
export type TaskEvent =
  | { readonly kind: 'allocated'; readonly attemptId: AttemptId }
  | { readonly kind: 'revived'; readonly attemptId: AttemptId }
  | { readonly kind: 'reserved'; readonly attemptId: AttemptId }
  | { readonly kind: 'staged'; readonly attemptId: AttemptId }
  | { readonly kind: 'published' }
  | {
      readonly kind: 'offered-again';
      readonly attemptId: AttemptId;
      readonly heldUntil: number | null;
    }
  | { readonly kind: 'failed' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'superseded' }
  /** A step of a rebuild that need not be built. */
  | { readonly kind: 'spared' }
  /** Its rebuild was cancelled: what it staged is published by nobody. */
  | { readonly kind: 'abandoned' }
  | { readonly kind: 'retried' };

/** From which states each event is legal. A result may come late: `new` can be reserved by an attempt that was thought lost. */
export const ALLOWED_FROM: Readonly<Record<TaskEvent['kind'], readonly TaskState[]>> = {
  allocated: ['new'],
  revived: ['new'],
  reserved: ['new', 'building'],
  staged: ['publishing'],
  published: ['publishing'],
  'offered-again': ['building', 'publishing'],
  failed: ['new', 'building', 'publishing'],
  cancelled: ['new', 'building', 'publishing'],
  superseded: ['new', 'building', 'publishing'],
  spared: ['new'],
  abandoned: ['new', 'building', 'publishing'],
  retried: ['failed', 'cancelled'],
};

export interface IllegalTransition {
  readonly code: 'task.illegal-transition';
  readonly state: TaskState;
  readonly event: TaskEvent['kind'];
}

/** The next progress of a task, or the refusal of an event that is illegal now; it never fails a task for that. */
export function transition(
  task: TaskProgress,
  event: TaskEvent,
): Result<TaskProgress, IllegalTransition> {
  if (!isLegal(task, event)) {
    return err({ code: 'task.illegal-transition', state: task.state, event: event.kind });
  }
  switch (event.kind) {
    case 'allocated':
    case 'revived':
      return ok({ ...task, state: 'building', attemptId: event.attemptId, heldUntil: null });
    case 'reserved':
      return ok({ ...task, state: 'publishing', attemptId: event.attemptId, heldUntil: null });
    case 'staged':
      return ok({ ...task, isStaged: true });
    case 'published':
      return ok({ ...task, state: 'completed' });
    case 'offered-again':
      return ok({
        ...task,
        state: 'new',
        attemptId: null,
        heldUntil: event.heldUntil,
        retryCount: task.retryCount + 1,
      });
    case 'failed':
    case 'cancelled':
    case 'superseded':
      return ok({ ...task, state: event.kind, heldUntil: null });
    case 'spared':
      return ok({ ...task, state: 'superseded', heldUntil: null });
    case 'abandoned':
      return ok({ ...task, state: 'cancelled', isStaged: false, heldUntil: null });
    case 'retried':
      return ok({ state: 'new', attemptId: null, isStaged: false, heldUntil: null, retryCount: 0 });
  }
}

function isLegal(task: TaskProgress, event: TaskEvent): boolean {
  if (!ALLOWED_FROM[event.kind].includes(task.state)) return false;
  switch (event.kind) {
    case 'staged':
      return task.attemptId === event.attemptId && !task.isStaged;
    case 'offered-again':
      return task.attemptId === event.attemptId && !task.isStaged;
    case 'published':
      return task.isStaged;
    case 'cancelled':
    case 'superseded':
      return !task.isStaged;
    case 'allocated':
    case 'revived':
    case 'reserved':
    case 'failed':
    case 'spared':
    case 'abandoned':
    case 'retried':
      return true;
  }
}
