import { TASK_STATES, type TaskState } from '@cairn/contracts';
import { type TaskListQuery } from './queries.js';

const SOURCE_LENGTH_MAX = 128;

function stateOf(text: string | null): TaskState | undefined {
  return TASK_STATES.find((state) => state === text);
}

/** Reads the filter out of the page's address; what makes no sense is left out. */
export function filterOf(search: URLSearchParams): TaskListQuery {
  const source = (search.get('source') ?? '').trim().slice(0, SOURCE_LENGTH_MAX);
  const before = Number(search.get('before'));
  return {
    state: stateOf(search.get('state')),
    source: source === '' ? undefined : source,
    before: Number.isSafeInteger(before) && before > 0 ? before : undefined,
  };
}

/** The address of a filter. */
export function searchOf(filter: TaskListQuery): URLSearchParams {
  const search = new URLSearchParams();
  if (filter.state !== undefined) search.set('state', filter.state);
  if (filter.source !== undefined && filter.source !== '') search.set('source', filter.source);
  if (filter.before !== undefined) search.set('before', String(filter.before));
  return search;
}
