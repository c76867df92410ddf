import type { Instant } from '@cairn/std';
import { nameCapability } from '../graph/capability.js';
import type { PlanStep } from '../plan/build-plan.js';
import { explainWaits, type TaskExplanation } from './explain-tasks.js';
import type { TaskFacts, TaskKey, TaskStatus } from './task-facts.js';
import type { WaitLink } from './task-reason.js';
import type { TaskWaits } from './wait-graph.js';

/** A step of a plan that is being carried out, and the task that builds it. */
export interface StepTask<Id extends TaskKey> {
  readonly step: PlanStep;
  readonly task: TaskFacts<Id>;
}

/**
 * Says for every open task of a plan whether it may be built now and why not. The plan has settled the order, cycles included: a step is ready when
 * all steps it waits for are staged.
 */
export function explainSteps<Id extends TaskKey>(facts: {
  readonly steps: readonly StepTask<Id>[];
  readonly now: Instant;
}): TaskExplanation<Id>[] {
  const byStep = new Map(facts.steps.map((each) => [each.step.id, each.task]));
  const waits = new Map<Id, TaskWaits<Id>>();
  for (const { step, task } of facts.steps) {
    if (task.status === 'new') waits.set(task.taskId, waitsOfStep(step, task, byStep));
  }
  return explainWaits({
    tasks: facts.steps.map(({ task }) => task),
    waits,
    now: facts.now,
    earlierBuildOf: () => undefined,
  });
}

/** Nobody waits for these: built, or spared because what is published serves. */
const DONE: ReadonlySet<TaskStatus> = new Set(['staged', 'completed', 'superseded']);

function waitsOfStep<Id extends TaskKey>(
  step: PlanStep,
  task: TaskFacts<Id>,
  byStep: ReadonlyMap<string, TaskFacts<Id>>,
): TaskWaits<Id> {
  const waitsFor: WaitLink<Id>[] = [];
  const blockedBy: WaitLink<Id>[] = [];
  for (const id of step.after) {
    const before = byStep.get(id);
    if (before === undefined || DONE.has(before.status)) continue;
    const { taskId, source } = before;
    const link = { taskId, source, capability: nameCapability(source) };
    if (before.status === 'failed' || before.status === 'cancelled') blockedBy.push(link);
    else waitsFor.push(link);
  }
  return {
    task,
    waitsFor,
    blockedBy,
    unresolved: [],
    published: [...step.published],
    without: step.without.map((capability) => ({ source: step.source, capability })),
    seeds: [],
  };
}
