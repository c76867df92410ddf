import { publicationStages, stepId } from '@cairn/solver';
import { type ChangeSetMember } from '../../tasks/change-set.store.js';
import { type TaskId } from '../../tasks/domain/task.js';
import { type Rebuild } from '../../tasks/rebuild.store.js';

type StagedTask = Omit<ChangeSetMember, 'isStaged'>;

/** A rebuild that is published by stage: what belongs to which stage, and which is the first that is not published. */
export interface RebuildStages {
  readonly of: (task: StagedTask) => number;
  readonly current: number;
}

const ENDED: readonly string[] = ['completed', 'cancelled', 'superseded'];

/** Null when nothing is left to be published. */
export function rebuildStages(
  rebuild: Pick<Rebuild, 'steps'>,
  tasks: readonly StagedTask[],
): RebuildStages | null {
  const stages = publicationStages(rebuild.steps);
  const of = (task: StagedTask) => stages.get(stepId(task.source, task.stage)) ?? task.stage;
  const left = tasks.filter(({ state }) => !ENDED.includes(state));
  const [first, ...others] = left.map(of);
  if (first === undefined) return null;
  return { of, current: others.reduce((lowest, stage) => Math.min(lowest, stage), first) };
}

/** The tasks that must not begin yet. */
export function laterTasks<T extends StagedTask>(stages: RebuildStages, tasks: readonly T[]): T[] {
  return tasks.filter((task) => task.state === 'new' && stages.of(task) > stages.current);
}

/** Ids of the tasks that wait for the publication of a stage before theirs. */
export function barredTasks(
  rebuild: Pick<Rebuild, 'steps' | 'byStage'>,
  tasks: readonly StagedTask[],
): ReadonlySet<TaskId> {
  const stages = rebuild.byStage ? rebuildStages(rebuild, tasks) : null;
  return new Set(stages === null ? [] : laterTasks(stages, tasks).map(({ id }) => id));
}
