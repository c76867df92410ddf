import { type TaskView } from '@cairn/contracts';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../components/data-table.js';
import { Ago } from '../../components/moment.js';
import { ReasonSentence } from '../../components/reason-sentence.js';
import { TaskStateBadge } from '../../components/state-badge.js';
import { TaskName } from '../../components/task-name.js';

/** Rows of the queue on this page; the list of tasks has them all. */
export const QUEUE_ROWS_MAX = 50;

const COLUMNS: readonly Column<TaskView>[] = [
  { heading: 'Source', cell: (task) => <TaskName task={task} /> },
  {
    heading: 'State',
    cell: (task) => <TaskStateBadge state={task.state} blocked={task.blocked} />,
  },
  { heading: 'Why', kind: 'wide', cell: (task) => <ReasonSentence reason={task.reason} /> },
  { heading: 'Queued', kind: 'number', cell: (task) => <Ago at={task.createdAt} /> },
];

/** What waits, in the order in which it will be built, and why each waits. */
export function QueueTable({ tasks }: { readonly tasks: readonly TaskView[] }) {
  const shown = tasks.slice(0, QUEUE_ROWS_MAX);
  return (
    <>
      <DataTable
        caption="Tasks that wait"
        columns={COLUMNS}
        rows={shown}
        rowKey={(task) => task.id}
        empty="Nothing waits."
      />
      {tasks.length > shown.length && (
        <p>
          <Link to="/tasks?state=new">All waiting tasks</Link>
        </p>
      )}
    </>
  );
}
