import { type TaskView } from '@cairn/contracts';
import { type Column, DataTable } from '../../components/data-table.js';
import { Ago, Took } from '../../components/moment.js';
import { TaskStateBadge } from '../../components/state-badge.js';
import { TaskName } from '../../components/task-name.js';

const COLUMNS: readonly Column<TaskView>[] = [
  { heading: 'Source', cell: (task) => <TaskName task={task} /> },
  { heading: 'Result', cell: (task) => <TaskStateBadge state={task.state} /> },
  { heading: 'Said', kind: 'wide', cell: (task) => task.reason.sentence },
  {
    heading: 'Took',
    kind: 'number',
    cell: (task) =>
      task.dispatchedAt === null ? '–' : <Took from={task.dispatchedAt} to={task.endedAt} />,
  },
  { heading: 'Ended', kind: 'number', cell: (task) => <Ago at={task.endedAt} never="–" /> },
];

/** What ended last. */
export function RecentTable({ tasks }: { readonly tasks: readonly TaskView[] }) {
  return (
    <DataTable
      caption="Tasks that ended last"
      columns={COLUMNS}
      rows={tasks}
      rowKey={(task) => task.id}
      empty="Nothing has ended yet."
    />
  );
}
