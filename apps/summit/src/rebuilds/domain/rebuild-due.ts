import { laterTasks, rebuildStages } from '../../planning/domain/rebuild-stages.js';
import { isComplete } from '../../publishing/domain/change-set-progress.js';
import { type ChangeSetMember } from '../../tasks/change-set.store.js';
import { type TaskId } from '../../tasks/domain/task.js';
import { type Rebuild } from '../../tasks/rebuild.store.js';

/** What a rebuild's results allow. */
export type RebuildDue =
  /** Something that would be published with the rest is still to come. */
  | { readonly kind: 'nothing' }
  /** A stage can be published; `later` are the tasks that are published after it. */
  | { readonly kind: 'stage'; readonly stage: number; readonly later: readonly TaskId[] }
  /** All that is left is built. */
  | { readonly kind: 'end' };

/** `members` are those of the rebuild's present change set. */
export function dueOf(
  rebuild: Pick<Rebuild, 'steps' | 'byStage'>,
  members: readonly ChangeSetMember[],
): RebuildDue {
  const stages = rebuild.byStage ? rebuildStages(rebuild, members) : null;
  const later = stages === null ? [] : laterTasks(stages, members);
  if (!isComplete(members.filter((task) => !later.includes(task)))) return { kind: 'nothing' };
  return stages === null || later.length === 0
    ? { kind: 'end' }
    : { kind: 'stage', stage: stages.current, later: later.map(({ id }) => id) };
}
