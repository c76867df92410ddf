import { type PublishedSource, type RecipeFacts, type TaskFacts } from '@cairn/solver';
import { type Instant } from '@cairn/std';
import { formatDependency, type StonePackage } from '@cairn/stone';
import { type StoredRecipe } from '../../repositories/recipe.store.js';
import { type TaskId } from '../../tasks/domain/task.js';
import { type Task } from '../../tasks/task.store.js';
import { presumedProvides } from './presumed-provides.js';

/** What earlier builds of a source turned out to provide and need. */
export interface ObservedSource {
  readonly profile: string;
  readonly source: string;
  readonly packages: RecipeFacts['packages'];
}

/** A task in the solver's words. */
export function taskFacts(task: Task): TaskFacts<TaskId> {
  const { progress } = task;
  return {
    taskId: task.id,
    source: task.source,
    profile: task.profile,
    architecture: task.architecture,
    status: progress.state === 'publishing' && progress.isStaged ? 'staged' : progress.state,
    createdAt: task.createdAt as Instant,
    sourceRelease: task.sourceRelease,
    changeSet: task.changeSetId,
    isHeld: task.isHeld,
    ...(progress.heldUntil === null ? {} : { retryAt: progress.heldUntil as Instant }),
  };
}

/**
 * A recipe's facts for the solver. A committed manifest says all; without one, what the recipe asks for itself counts
 * together with what its earlier builds showed.
 */
export function recipeFacts(
  recipe: StoredRecipe,
  observed: readonly ObservedSource[],
): RecipeFacts[] {
  const own = { source: recipe.source, buildDepends: [...recipe.buildDepends] };
  if (recipe.hasManifest) return [{ ...own, packages: mutable(recipe.packages) }];
  const seen = observed.filter((each) => each.source === recipe.source);
  if (seen.length === 0) return [{ ...own, packages: presumedPackages(recipe) }];
  return seen.map((each) => ({
    ...own,
    profile: each.profile,
    packages: mergePackages(recipe.packages, each.packages),
  }));
}

/** A profile's published packages, grouped by source. */
export function publishedSources(
  profile: string,
  architecture: string,
  packages: readonly StonePackage[],
): PublishedSource[] {
  const bySource = new Map<string, StonePackage[]>();
  for (const item of packages) {
    const members = bySource.get(item.sourceId);
    if (members === undefined) bySource.set(item.sourceId, [item]);
    else members.push(item);
  }
  return [...bySource].map(([source, members]) => ({
    source,
    profile,
    architecture,
    sourceRelease: Math.max(...members.map((item) => item.sourceRelease)),
    packages: members.map((item) => ({
      name: item.name,
      provides: item.provides.map(formatDependency),
      depends: item.depends.map(formatDependency),
    })),
  }));
}

type Packages = RecipeFacts['packages'];

function presumedPackages(recipe: StoredRecipe): Packages {
  const presumed = presumedProvides(recipe.source);
  return mutable(recipe.packages).map((item, position) =>
    position === 0 ? { ...item, provides: [...new Set([...item.provides, ...presumed])] } : item,
  );
}

function mutable(packages: StoredRecipe['packages']): Packages {
  return packages.map((item) => ({
    name: item.name,
    provides: [...item.provides],
    depends: [...item.depends],
  }));
}

function mergePackages(written: StoredRecipe['packages'], observed: Packages): Packages {
  const byName = new Map(mutable(observed).map((item) => [item.name, item]));
  for (const item of written) {
    const known = byName.get(item.name);
    byName.set(item.name, {
      name: item.name,
      provides: [...new Set([...(known?.provides ?? []), ...item.provides])],
      depends: [...new Set([...(known?.depends ?? []), ...item.depends])],
    });
  }
  return [...byName.values()];
}
