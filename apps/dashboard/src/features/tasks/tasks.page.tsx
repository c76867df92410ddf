import { type TaskView } from '@cairn/contracts';
import { Link, useSearchParams } from 'react-router';
import { type Column, DataTable } from '../../components/data-table.js';
import { Loaded } from '../../components/loaded.js';
import { Ago } from '../../components/moment.js';
import { PageTitle } from '../../components/page-title.js';
import { ReasonSentence } from '../../components/reason-sentence.js';
import { TaskStateBadge } from '../../components/state-badge.js';
import { TaskName } from '../../components/task-name.js';
import { type TaskListQuery, TASKS_PER_PAGE, useTaskList } from './queries.js';
import { TaskFilterForm } from './task-filter-form.js';
import { filterOf, searchOf } from './task-filter.js';

const COLUMNS: readonly Column<TaskView>[] = [
  { heading: 'Source', cell: (task) => <TaskName task={task} /> },
  {
    heading: 'State',
    cell: (task) => <TaskStateBadge state={task.state} blocked={task.blocked} />,
  },
  { heading: 'Why', kind: 'wide', cell: (task) => <ReasonSentence reason={task.reason} /> },
  { heading: 'Task', kind: 'number', cell: (task) => task.id },
  { heading: 'Profile', cell: (task) => `${task.project}/${task.profile}` },
  { heading: 'Builder', cell: (task) => task.builder ?? '–' },
  { heading: 'Created', kind: 'number', cell: (task) => <Ago at={task.createdAt} /> },
];

function Paging(props: { readonly filter: TaskListQuery; readonly tasks: readonly TaskView[] }) {
  const { filter, tasks } = props;
  const last = tasks.at(-1);
  const to = (before: number | undefined) => ({
    search: searchOf({ ...filter, before }).toString(),
  });
  return (
    <nav className="paging" aria-label="Pages of the list">
      {filter.before !== undefined && <Link to={to(undefined)}>Newest</Link>}
      {last !== undefined && tasks.length === TASKS_PER_PAGE && (
        <Link to={to(last.id)}>Older tasks</Link>
      )}
    </nav>
  );
}

/** All tasks, newest first, by state and source. */
export function TasksPage() {
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const query = useTaskList(filter);
  return (
    <>
      <PageTitle title="Tasks" />
      <TaskFilterForm filter={filter} onChange={(changed) => setSearch(searchOf(changed))} />
      <Loaded query={query}>
        {({ tasks }) => (
          <>
            <DataTable
              caption="Tasks, newest first"
              columns={COLUMNS}
              rows={tasks}
              rowKey={(task) => task.id}
              empty="No task fits."
            />
            <Paging filter={filter} tasks={tasks} />
          </>
        )}
      </Loaded>
    </>
  );
}
