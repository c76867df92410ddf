import { type TaskView } from '@cairn/contracts';
import { Link } from 'react-router';

type NamedTask = Pick<TaskView, 'id' | 'source' | 'version' | 'sourceRelease'>;

/** Source, version and source release of a task, leading to its page. */
export function TaskName({
  task,
  hash = '',
}: {
  readonly task: NamedTask;
  readonly hash?: string;
}) {
  return (
    <Link to={`/tasks/${task.id}${hash}`} className="task-name">
      <strong>{task.source}</strong>{' '}
      <span className="version">
        {task.version}-{task.sourceRelease}
      </span>
    </Link>
  );
}
