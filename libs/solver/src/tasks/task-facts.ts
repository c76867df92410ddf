import type { Instant } from '@cairn/std';
import type { PackageFacts, SourceNode } from '../graph/source-node.js';

/** A task's id; the solver only compares and prints it. */
export type TaskKey = string | number;

/** Where a task stands. `staged` = imported into its change set's line, not yet visible to others. */
export type TaskStatus =
  | 'new'
  | 'building'
  | 'publishing'
  | 'staged'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'superseded';

/** A task, as far as order and readiness depend on it. Closed tasks matter while nothing newer succeeded. */
export interface TaskFacts<Id extends TaskKey = TaskKey> {
  readonly taskId: Id;
  readonly source: string;
  readonly profile: string;
  readonly architecture: string;
  readonly status: TaskStatus;
  readonly createdAt: Instant;
  readonly sourceRelease?: number;
  /** Tasks of one change set see each other's staged results. */
  readonly changeSet?: string;
  readonly isPaused?: boolean;
  readonly isHeld?: boolean;
  /** Not offered to a builder before this instant. */
  readonly retryAt?: Instant;
}

/** A recipe's manifest facts; without profile or architecture it counts for all of them. */
export interface RecipeFacts extends SourceNode {
  readonly profile?: string;
  readonly architecture?: string;
}

/** What a profile's published index holds of one source. */
export interface PublishedSource {
  readonly source: string;
  readonly packages: readonly PackageFacts[];
  readonly sourceRelease?: number;
  readonly profile?: string;
  readonly architecture?: string;
}

/** What a source's first build may do without, from the project document. */
export interface BootstrapHint {
  readonly source: string;
  readonly without: readonly string[];
}

/** Whether a task still wants something to happen. */
export function isOpen(task: Pick<TaskFacts, 'status'>): boolean {
  return OPEN.has(task.status);
}

const OPEN: ReadonlySet<TaskStatus> = new Set(['new', 'building', 'publishing', 'staged']);

/** Orders tasks by age, oldest first; ids settle ties. */
export function byAge(left: TaskFacts, right: TaskFacts): number {
  return left.createdAt - right.createdAt || compareTaskIds(left.taskId, right.taskId);
}

/** Numbers by value, texts by code units, numbers before texts. */
export function compareTaskIds(left: TaskKey, right: TaskKey): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'number') return -1;
  if (typeof right === 'number') return 1;
  return left < right ? -1 : left > right ? 1 : 0;
}
