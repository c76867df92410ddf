import type { Instant } from '@cairn/std';
import { allocate, type Assignment, type IdleSlot } from '../allocation/allocate.js';
import type { BuilderFacts } from '../allocation/builder-fit.js';
import { explainAllocation, type AllocationReason } from '../allocation/explain-allocation.js';
import type { ProjectShare, ReadyTask } from '../allocation/ready-task.js';
import { explainTasks, type ExplainFacts, type TaskExplanation } from '../tasks/explain-tasks.js';
import type { TaskFacts, TaskKey } from '../tasks/task-facts.js';
import type { TaskReason } from '../tasks/task-reason.js';
import { taskTailsMs } from './task-tails.js';

/** What allocation has to know of a task beyond its place in the order. */
export type BuildWish = Pick<
  ReadyTask,
  'project' | 'sizeClass' | 'needs' | 'bump' | 'overdueAt'
> & {
  /** Predicted. */
  readonly durationMs: number;
};

/** Everything that a round of allocation is decided from. */
export interface DecisionFacts<Id extends TaskKey> extends ExplainFacts<Id> {
  readonly wishOf: (task: TaskFacts<Id>) => BuildWish;
  readonly idleSlots: readonly IdleSlot[];
  /** All connected builders, busy ones too. */
  readonly builders: readonly BuilderFacts[];
  readonly shares?: readonly ProjectShare[];
  readonly busySlots?: readonly { readonly builderId: string; readonly freeAt: Instant }[];
  /** No order goes out at all. */
  readonly isPaused?: boolean;
}

/** One open task: where it stands and the one reason for it. */
export interface TaskVerdict<Id extends TaskKey> {
  readonly explanation: TaskExplanation<Id>;
  readonly reason: TaskReason<Id> | AllocationReason;
  readonly sentence: string;
}

/** Which tasks get which slots now, and for every open task why it is or is not being built. */
export interface BuildDecision<Id extends TaskKey> {
  readonly assignments: readonly Assignment<Id>[];
  readonly verdicts: readonly TaskVerdict<Id>[];
}

/** Decides one round: order, readiness, allocation and reasons from the same facts. */
export function decideBuilds<Id extends TaskKey>(facts: DecisionFacts<Id>): BuildDecision<Id> {
  const tasks = facts.isPaused === true ? facts.tasks.map(paused) : facts.tasks;
  const explanations = explainTasks({ ...facts, tasks });
  const readyTasks = readyTasksOf(facts, explanations);
  const allocation = { ...facts, readyTasks };
  const assignments = allocate(allocation);
  const waits = new Map(
    explainAllocation({ ...allocation, assignments }).map((each) => [each.taskId, each]),
  );
  const verdicts = explanations.map((explanation): TaskVerdict<Id> => {
    const place = waits.get(explanation.taskId);
    const { reason, sentence } = place ?? explanation;
    return { explanation, reason, sentence };
  });
  return { assignments, verdicts };
}

function paused<Id extends TaskKey>(task: TaskFacts<Id>): TaskFacts<Id> {
  return { ...task, isPaused: true };
}

function readyTasksOf<Id extends TaskKey>(
  facts: DecisionFacts<Id>,
  explanations: readonly TaskExplanation<Id>[],
): ReadyTask<Id>[] {
  const wishes = new Map(
    facts.tasks.map((task) => [task.taskId, { task, wish: facts.wishOf(task) }]),
  );
  const tails = taskTailsMs(explanations, (taskId) => wishes.get(taskId)?.wish.durationMs ?? 0);
  return explanations
    .filter((each) => each.readiness === 'ready')
    .flatMap(({ taskId }): ReadyTask<Id>[] => {
      const known = wishes.get(taskId);
      if (known === undefined) return [];
      return [
        { ...known.wish, taskId, tailMs: tails.get(taskId) ?? 0, readySince: known.task.createdAt },
      ];
    });
}
