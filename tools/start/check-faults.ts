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

export function isEnded(task: TaskView): boolean {
  return ['completed', 'failed', 'cancelled'].includes(task.state);
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
