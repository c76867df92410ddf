import { type TaskReason } from '@cairn/contracts';
import { Link } from 'react-router';

/** Most tasks that are named; a mass rebuild can have thousands in one reason. */
const TASKS_NAMED_MAX = 8;

/** Why a task stands where it stands, with links to the tasks that it concerns. */
export function ReasonSentence({ reason }: { readonly reason: TaskReason }) {
  const named = reason.tasks.slice(0, TASKS_NAMED_MAX);
  const more = reason.tasks.length - named.length;
  return (
    <span className="reason">
      {reason.sentence}{' '}
      {named.map((task) => (
        <Link key={task.taskId} to={`/tasks/${task.taskId}`} className="chip">
          {task.source}
        </Link>
      ))}
      {more > 0 && <span className="muted"> and {more} more</span>}
    </span>
  );
}
