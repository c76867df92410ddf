import { type TaskDetail } from '@cairn/contracts';
import { Link } from 'react-router';
import { TaskStateBadge } from '../../components/state-badge.js';

/** Most related tasks drawn at first; a base library has thousands of dependants. */
const SHOWN_MAX = 40;

interface RelatedTasksProps {
  readonly heading: string;
  readonly tasks: TaskDetail['dependencies'];
  readonly empty: string;
}

/** Tasks that this one waits for, or that wait for this one. */
export function RelatedTasks({ heading, tasks, empty }: RelatedTasksProps) {
  return (
    <section>
      <h2>
        {heading} <span className="muted">{tasks.length}</span>
      </h2>
      {tasks.length === 0 && <p className="muted">{empty}</p>}
      <ul className="related">
        {tasks.slice(0, SHOWN_MAX).map((task) => (
          <li key={task.taskId}>
            <Link to={`/tasks/${task.taskId}`}>{task.source}</Link>{' '}
            <TaskStateBadge state={task.state} />
          </li>
        ))}
      </ul>
      {tasks.length > SHOWN_MAX && <p className="muted">and {tasks.length - SHOWN_MAX} more</p>}
    </section>
  );
}
