import type { Instant } from '@cairn/std';
import { compareTaskIds, type TaskKey } from '../tasks/task-facts.js';
import { sizeRank, type BuilderNeeds, type SizeClass } from './builder-fit.js';

/** A task that may be built now, as allocation sees it. */
export interface ReadyTask<Id extends TaskKey = TaskKey> {
  readonly taskId: Id;
  readonly project: string;
  readonly sizeClass: SizeClass;
  readonly needs: BuilderNeeds;
  /** Predicted time of the longest chain of builds that begins with this one, its own duration included. */
  readonly tailMs: number;
  /** Predicted duration of this build alone; used for expected starts. */
  readonly durationMs?: number;
  /** Set by an operator; higher goes first, 0 is ordinary. */
  readonly bump?: number;
  readonly readySince: Instant;
  /** From this instant on it goes before everything that is not overdue. */
  readonly overdueAt?: Instant;
}

/** How much each project is using and may use; an unnamed project has weight 1 and no running builds. */
export interface ProjectShare {
  readonly project: string;
  readonly weight?: number;
  readonly runningBuilds?: number;
}

/**
 * Who goes first, apart from fairness between projects: the operator's bump, overdue tasks by the time they became so, then larger
 * size classes, because they have fewer builders to choose from.
 */
export function compareUrgency(left: ReadyTask, right: ReadyTask, now: Instant): number {
  return (
    (right.bump ?? 0) - (left.bump ?? 0) ||
    compareOverdue(left, right, now) ||
    sizeRank(right.sizeClass) - sizeRank(left.sizeClass)
  );
}

/** Among equals of one project: the longest remaining path first, then the one that waited longest, then the id. */
export function compareWithinProject(left: ReadyTask, right: ReadyTask): number {
  return (
    right.tailMs - left.tailMs ||
    left.readySince - right.readySince ||
    compareTaskIds(left.taskId, right.taskId)
  );
}

function compareOverdue(left: ReadyTask, right: ReadyTask, now: Instant): number {
  const leftOverdue = overdueSince(left, now);
  const rightOverdue = overdueSince(right, now);
  if (leftOverdue === rightOverdue) return 0;
  return leftOverdue < rightOverdue ? -1 : 1;
}

function overdueSince(task: ReadyTask, now: Instant): number {
  return task.overdueAt !== undefined && task.overdueAt <= now ? task.overdueAt : Infinity;
}
