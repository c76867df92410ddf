import { type RebuildStateView, type RebuildStepView, type RebuildView } from '@cairn/contracts';
import { stepId } from '@cairn/solver';
import { type Standing } from '../../planning/domain/standing.js';
import { type AllocationWord } from '../../planning/domain/task-reason.js';
import { type ChangeSet } from '../../tasks/change-set.store.js';
import { type TaskId } from '../../tasks/domain/task.js';
import { type Rebuild } from '../../tasks/rebuild.store.js';
import { type Task } from '../../tasks/task.store.js';

type StepStanding = RebuildStepView['standing'];

/** A rebuild with everything that its views are made from. */
export interface RebuildFacts {
  readonly rebuild: Rebuild;
  readonly changeSet: ChangeSet;
  readonly tasks: readonly Task[];
  readonly standings: ReadonlyMap<TaskId, Standing>;
  /** What allocation says of ready tasks. */
  readonly words: ReadonlyMap<TaskId, AllocationWord>;
}

/** What people see as its state: theirs while it is open, then how its publication goes. */
export function stateOf({
  rebuild,
  changeSet,
}: Pick<RebuildFacts, 'rebuild' | 'changeSet'>): RebuildStateView {
  switch (changeSet.state) {
    case 'open':
      return rebuild.state;
    case 'abandoned':
      return 'cancelled';
    case 'publishing':
    case 'published':
    case 'refused':
      return changeSet.state;
  }
}

/** What a step is doing. */
export function standingOfTask(
  task: Pick<Task, 'progress'>,
  standing: Standing | undefined,
): StepStanding {
  const { state, isStaged } = task.progress;
  switch (state) {
    case 'completed':
      return 'built';
    case 'failed':
      return 'failed';
    case 'cancelled':
      return 'cancelled';
    case 'superseded':
      return 'spared';
    case 'publishing':
      return isStaged ? 'built' : 'building';
    case 'building':
      return 'building';
    case 'new':
      if (standing?.readiness === 'blocked' || standing?.readiness === 'stranded') return 'blocked';
      return standing?.readiness === 'ready' ? 'ready' : 'waiting';
  }
}

/** How many steps are doing what. */
export function countsOf({ tasks, standings }: RebuildFacts): RebuildView['steps'] {
  const counts = {
    total: tasks.length,
    waiting: 0,
    ready: 0,
    blocked: 0,
    building: 0,
    built: 0,
    failed: 0,
    spared: 0,
    cancelled: 0,
  };
  for (const task of tasks) counts[standingOfTask(task, standings.get(task.id))] += 1;
  return counts;
}

/** Steps that are still to be built. */
export function stepsLeft({ rebuild, tasks, standings }: RebuildFacts): Rebuild['steps'] {
  const left = new Set(
    tasks
      .filter((task) =>
        ['waiting', 'ready', 'building', 'blocked'].includes(
          standingOfTask(task, standings.get(task.id)),
        ),
      )
      .map((task) => stepId(task.source, task.stage)),
  );
  return rebuild.steps.filter((step) => left.has(step.id));
}
