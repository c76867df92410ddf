import { type TaskState } from '@cairn/contracts';

/** A recipe as far as the question "must it be built?" needs it. */
export interface WantedRecipe {
  readonly source: string;
  readonly version: string;
  readonly sourceRelease: number;
  readonly treeId: string;
  readonly packageNames: readonly string[];
  readonly architectures: readonly string[];
}

/** What is published under a package name. */
export interface PublishedRelease {
  readonly version: string;
  readonly sourceRelease: number;
}

/** The newest task of the recipe's source. */
export interface LatestTask {
  readonly state: TaskState;
  readonly sourceRelease: number;
  readonly treeId: string;
  /** A step of a rebuild is never taken out of it. */
  readonly rebuildId: string | null;
}

export type BuildWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'build'; readonly description: string; readonly supersedes: boolean };

const NOTHING: BuildWish = { kind: 'none' };

/**
 * Whether a recipe needs a task: when its release is above what is published or one of its package names is missing,
 * unless a task for the same thing is there already. A failure is tried anew only when something in the recipe changed.
 */
export function wishFor(
  recipe: WantedRecipe,
  facts: {
    readonly architecture: string;
    readonly published: ReadonlyMap<string, PublishedRelease>;
    readonly latestTask: LatestTask | null;
  },
): BuildWish {
  if (!isForArchitecture(recipe.architectures, facts.architecture)) return NOTHING;
  const description = describeMissing(recipe, facts.published);
  if (description === null) return NOTHING;
  const task = facts.latestTask;
  if (task === null) return { kind: 'build', description, supersedes: false };
  const isSame = task.sourceRelease === recipe.sourceRelease && task.treeId === recipe.treeId;
  switch (task.state) {
    case 'new':
      return isSame ? NOTHING : { kind: 'build', description, supersedes: task.rebuildId === null };
    case 'building':
    case 'publishing':
      return task.sourceRelease >= recipe.sourceRelease
        ? NOTHING
        : { kind: 'build', description, supersedes: false };
    case 'completed':
      return task.sourceRelease >= recipe.sourceRelease
        ? NOTHING
        : { kind: 'build', description, supersedes: false };
    case 'failed':
    case 'cancelled':
      return isSame ? NOTHING : { kind: 'build', description, supersedes: false };
    case 'superseded':
      return { kind: 'build', description, supersedes: false };
  }
}

/** The waiting tasks whose recipe is gone; one that only cannot be read at the moment (`badPaths`) is not gone. */
export function recipeless<T extends LatestTask & { readonly recipePath: string }>(
  latest: ReadonlyMap<string, T>,
  read: { readonly sources: ReadonlySet<string>; readonly badPaths: readonly string[] },
): T[] {
  return [...latest]
    .filter(
      ([source, task]) =>
        task.state === 'new' && task.rebuildId === null && !read.sources.has(source),
    )
    .map(([, task]) => task)
    .filter(
      ({ recipePath }) =>
        !read.badPaths.some((path) => recipePath === path || recipePath.startsWith(`${path}/`)),
    );
}

/** Whether a recipe with these architectures is built for one. */
export function isForArchitecture(architectures: readonly string[], architecture: string): boolean {
  return (
    architectures.length === 0 ||
    architectures.includes('native') ||
    architectures.includes(architecture)
  );
}

function describeMissing(
  recipe: WantedRecipe,
  published: ReadonlyMap<string, PublishedRelease>,
): string | null {
  for (const name of recipe.packageNames) {
    const release = published.get(name);
    if (release === undefined) {
      return `Initial build of ${recipe.source} (${recipe.version}-${recipe.sourceRelease})`;
    }
    if (release.sourceRelease < recipe.sourceRelease) {
      return `Update ${recipe.source} from ${release.version}-${release.sourceRelease} to ${recipe.version}-${recipe.sourceRelease}`;
    }
  }
  return null;
}
