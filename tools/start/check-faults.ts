import { type TaskView } from '@cairn/contracts';
import { type RepositoryStand } from './follow.ts';
import { type Installable } from './installable.ts';
import { type RecipeFile } from './recipe-tree.ts';

/** What a check found at its end. */
export interface CheckFacts {
  /** The newest task of each source, where it has one. */
  readonly tasks: readonly TaskView[];
  readonly recipes: readonly RecipeFile[];
  readonly stand: RepositoryStand;
  readonly installable: Installable;
  /** Set when time ran out. */
  readonly lateMinutes: number | null;
}

/** The tasks that came to an end or that nothing can move but a person: blocked, without a seed, or waiting for such. */
export function settledTasks(tasks: readonly TaskView[]): ReadonlySet<number> {
  const settled = new Set(tasks.filter(isSettledByItself).map((task) => task.id));
  const ended = new Set(tasks.filter((task) => task.endedAt !== null).map((task) => task.id));
  for (let before = -1; before !== settled.size;) {
    before = settled.size;
    for (const task of tasks) {
      const waitsInVain = task.reason.tasks.some(
        ({ taskId }) => settled.has(taskId) && !ended.has(taskId),
      );
      if (task.state === 'new' && waitsInVain) settled.add(task.id);
    }
  }
  return settled;
}

function isSettledByItself(task: TaskView): boolean {
  return task.endedAt !== null || task.blocked || task.reason.code === 'cycle-seed-missing';
}

/** Every reason why not everything is installable; none when it is. */
export function checkFaults(facts: CheckFacts): string[] {
  const { tasks, recipes, stand, installable, lateMinutes } = facts;
  const sources = recipes
    .filter(({ path }) => !stand.badRecipes.has(path))
    .map(({ source }) => source);
  const faults = [
    ...(stand.error === null ? [] : [stand.error]),
    ...stand.badRecipes.values(),
    ...(lateMinutes === null ? [] : [`Not done after ${lateMinutes} minutes.`]),
    ...tasks
      .filter((task) => task.state !== 'completed')
      .map((task) => `${task.source} ${task.state}: ${task.reason.sentence}`),
    ...sources
      .filter((source) => !tasks.some((task) => task.source === source))
      .map((source) => `${source}: no task was made for it`),
    ...installable.faults,
  ];
  if (faults.length > 0) return faults;
  return sources
    .filter((source) => !installable.packages.some((item) => item.sourceId === source))
    .map((source) => `${source}: none of its packages is in the channel`);
}
