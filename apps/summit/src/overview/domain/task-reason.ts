import { type BuildFailure, type TaskReason } from '@cairn/contracts';
import { type TaskExplanation } from '@cairn/solver';
import { type TaskId } from '../../tasks/domain/task.js';
import { type Task } from '../../tasks/task.store.js';

/** Why a task stands where it stands: the plan's word while it is open, its outcome when it is closed. */
export function reasonOf(facts: {
  readonly task: Pick<Task, 'progress' | 'source'>;
  readonly explanation: TaskExplanation<TaskId> | null;
  readonly failure: BuildFailure | null;
}): TaskReason {
  const { task, explanation, failure } = facts;
  const plain = (code: string, sentence: string): TaskReason => ({ code, sentence, tasks: [] });
  switch (task.progress.state) {
    case 'completed':
      return plain('completed', 'Built and published.');
    case 'failed':
      return plain(failure?.code ?? 'failed', failure?.message ?? 'It failed.');
    case 'cancelled':
      return plain('cancelled', 'It was cancelled.');
    case 'superseded':
      return plain('superseded', 'A newer task of the same source took its place.');
    case 'new':
    case 'building':
    case 'publishing':
      break;
  }
  if (explanation === null) return plain('unplanned', 'Its project is not known any more.');
  const links = explanation.readiness === 'blocked' ? explanation.blockedBy : explanation.waitsFor;
  return {
    code: explanation.reason.code,
    sentence: explanation.sentence,
    tasks: links.map((link) => ({ taskId: link.taskId, source: link.source })),
  };
}
