import { TASK_STATES } from '@cairn/contracts';
import { type TaskListQuery } from './queries.js';
import { filterOf } from './task-filter.js';

interface TaskFilterFormProps {
  readonly filter: TaskListQuery;
  readonly onChange: (filter: TaskListQuery) => void;
}

function readForm(form: HTMLFormElement): TaskListQuery {
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string') search.set(name, value);
  }
  return filterOf(search);
}

/** Narrows the list of tasks; works with the keyboard alone. */
export function TaskFilterForm({ filter, onChange }: TaskFilterFormProps) {
  return (
    <form
      className="filter"
      role="search"
      // A changed address (back button, link) shows itself in the fields.
      key={`${filter.state ?? ''}/${filter.source ?? ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(readForm(event.currentTarget));
      }}
    >
      <label>
        State{' '}
        <select
          name="state"
          defaultValue={filter.state ?? ''}
          onChange={(event) => event.currentTarget.form?.requestSubmit()}
        >
          <option value="">any</option>
          {TASK_STATES.map((state) => (
            <option key={state} value={state}>
              {state === 'new' ? 'waiting' : state}
            </option>
          ))}
        </select>
      </label>
      <label>
        Source{' '}
        <input
          name="source"
          type="search"
          maxLength={128}
          autoComplete="off"
          spellCheck={false}
          defaultValue={filter.source ?? ''}
        />
      </label>
      <button type="submit">Show</button>
    </form>
  );
}
