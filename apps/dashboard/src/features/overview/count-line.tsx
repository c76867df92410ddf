import { type Overview, TASK_STATES, type TaskState } from '@cairn/contracts';
import { Link } from 'react-router';

const WORD: Readonly<Record<TaskState, string>> = {
  new: 'waiting',
  building: 'building',
  publishing: 'publishing',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  superseded: 'superseded',
};

/** How many tasks there are in each state, leading to their list. */
export function CountLine({ counts }: { readonly counts: Overview['counts'] }) {
  return (
    <ul className="counts" aria-label="Tasks by state">
      {TASK_STATES.map((state) => (
        <li key={state}>
          <Link
            to={`/tasks?state=${state}`}
            className={counts[state] === 0 ? 'count' : `count ${state}`}
          >
            <strong>{counts[state].toLocaleString()}</strong> {WORD[state]}
          </Link>
        </li>
      ))}
    </ul>
  );
}
