import { type TaskState } from '@cairn/contracts';
import { type Brand } from '@cairn/std';

export type TaskId = Brand<number, 'TaskId'>;
export type AttemptId = Brand<string, 'AttemptId'>;

/** The part of a task that its life cycle decides on. */
export interface TaskProgress {
  readonly state: TaskState;
  /** The attempt whose result counts: the running one, then the reserved or accepted one. */
  readonly attemptId: AttemptId | null;
  /** Its packages are in the change set's line, checked. */
  readonly isStaged: boolean;
  /** Not offered before this time (milliseconds). */
  readonly heldUntil: number | null;
  /** How often it was offered again by itself. */
  readonly retryCount: number;
}

const OPEN_STATES: readonly TaskState[] = ['new', 'building', 'publishing'];

/** Whether the task can still come to a result. */
export function isOpen(state: TaskState): boolean {
  return OPEN_STATES.includes(state);
}
