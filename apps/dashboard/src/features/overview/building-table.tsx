import { type BuilderView, type TaskView } from '@cairn/contracts';
import { Link } from 'react-router';
import { type Column, DataTable } from '../../components/data-table.js';
import { Took } from '../../components/moment.js';
import { TaskStateBadge } from '../../components/state-badge.js';
import { TaskName } from '../../components/task-name.js';

interface BuildingTableProps {
  readonly tasks: readonly TaskView[];
  readonly builders: readonly BuilderView[];
}

/** The step of each task's build, as its builder told it. */
export function stepsByTask(builders: readonly BuilderView[]): ReadonlyMap<number, string> {
  const steps = new Map<number, string>();
  for (const attempt of builders.flatMap((builder) => builder.attempts)) {
    if (attempt.step !== null) steps.set(attempt.taskId, attempt.step);
  }
  return steps;
}

/** What is being built at this moment. */
export function BuildingTable({ tasks, builders }: BuildingTableProps) {
  const steps = stepsByTask(builders);
  const columns: readonly Column<TaskView>[] = [
    { heading: 'Source', kind: 'wide', cell: (task) => <TaskName task={task} /> },
    { heading: 'State', cell: (task) => <TaskStateBadge state={task.state} /> },
    { heading: 'Builder', cell: (task) => task.builder ?? '–' },
    { heading: 'Step', cell: (task) => steps.get(task.id) ?? '–' },
    {
      heading: 'Since',
      kind: 'number',
      cell: (task) => <Took from={task.dispatchedAt} to={null} />,
    },
    {
      heading: 'Log',
      cell: (task) => (
        <Link to={`/tasks/${task.id}#log`} aria-label={`Live log of ${task.source}`}>
          live log
        </Link>
      ),
    },
  ];
  return (
    <DataTable
      caption="Builds that are running"
      columns={columns}
      rows={tasks}
      rowKey={(task) => task.id}
      empty="Nothing is being built."
    />
  );
}
