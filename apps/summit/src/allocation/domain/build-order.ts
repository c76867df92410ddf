import { type BuildLimits, type orderBuild, type RequestOf } from '@cairn/contracts';
import { type Profile } from '../../projects/project.store.js';
import { type RecipeRepository } from '../../repositories/recipe.store.js';
import { type Attempt } from '../../tasks/attempt.store.js';
import { type Task } from '../../tasks/task.store.js';

export type Order = RequestOf<typeof orderBuild>;

/** How far our own channel stands above the profile's other repositories. */
const OWN_PRIORITY_ABOVE = 10;

/** What an order says besides its attempt. */
export interface OrderSetting {
  readonly channel: string;
  /** The version of our channel that the build may use; null before anything is published. */
  readonly pinnedHistory: string | null;
  readonly ownIndexUrl: string | null;
  /** The profile's other repositories. */
  readonly remotes: Order['remotes'];
  readonly profile: Pick<Profile, 'networking'>;
  readonly repository: Pick<RecipeRepository, 'url' | 'branch'>;
}

/** Everything that a builder must know. The packages it may use are those of one immutable version. */
export function buildOrder(facts: {
  readonly task: Task;
  readonly attempt: Attempt;
  readonly setting: OrderSetting;
  readonly limits: BuildLimits;
}): Order {
  const { task, attempt, setting, limits } = facts;
  const { profile, repository } = setting;
  return {
    attemptId: attempt.id,
    fence: attempt.fence,
    project: task.project,
    profile: task.profile,
    source: task.source,
    version: task.version,
    sourceRelease: task.sourceRelease,
    buildRelease: attempt.buildRelease,
    architecture: task.architecture,
    repository: {
      url: repository.url,
      branch: repository.branch,
      commit: task.commit,
      recipePath: task.recipePath,
    },
    ...(attempt.pinnedHistory === null ? {} : { pinnedHistory: attempt.pinnedHistory }),
    remotes: remotesOf(setting),
    networkAllowed: profile.networking,
    sourceDateEpoch: Math.floor(task.commitAt / 1_000),
    limits,
    ...(task.without.length === 0 ? {} : { without: [...task.without] }),
    mustUnderstand: task.without.length === 0 ? [] : ['without'],
  };
}

function remotesOf({ channel, ownIndexUrl, remotes }: OrderSetting): Order['remotes'] {
  if (ownIndexUrl === null) return remotes;
  const top = Math.max(0, ...remotes.map((remote) => remote.priority));
  return [...remotes, { name: channel, priority: top + OWN_PRIORITY_ABOVE, indexUrl: ownIndexUrl }];
}
