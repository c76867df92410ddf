import { type BuildFailure, type TaskReason } from '@cairn/contracts';
import { type Task } from '../../tasks/task.store.js';
import { type Standing } from './standing.js';

/** What allocation has to say of a ready task. */
export interface AllocationWord {
  readonly code: string;
  readonly sentence: string;
}

/** Why a task stands where it stands: the plan's word while it is open, its outcome when it is closed. */
export function reasonOf(facts: {
  readonly task: Pick<Task, 'progress' | 'source' | 'rebuildId'>;
  readonly standing: Standing | null;
  readonly failure: BuildFailure | null;
  readonly allocation?: AllocationWord | undefined;
}): TaskReason {
  const { task, standing, failure } = facts;
  const plain = (code: string, sentence: string): TaskReason => ({ code, sentence, tasks: [] });
  switch (task.progress.state) {
    case 'completed':
      return plain('completed', 'Built and published.');
    case 'failed':
      return plain(failure?.code ?? 'failed', failure?.message ?? 'It failed.');
    case 'cancelled':
      return plain('cancelled', 'It was cancelled.');
    case 'superseded':
      if (task.rebuildId !== null)
        return plain('spared', 'Not built: nothing that it depends on exports anything else.');
      return plain('superseded', 'A newer task of the same source took its place.');
    case 'new':
    case 'building':
    case 'publishing':
      break;
  }
  if (standing === null) return plain('unplanned', 'Its project is not known any more.');
  if (standing.readiness === 'ready' && facts.allocation !== undefined)
    return plain(facts.allocation.code, facts.allocation.sentence);
  const links = standing.readiness === 'blocked' ? standing.blockedBy : standing.waitsFor;
  return { code: standing.code, sentence: standing.sentence, tasks: [...links] };
}
