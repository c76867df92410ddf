import { type AttemptView, type TaskView } from '@cairn/contracts';
import { type Style } from '../output/paint.js';
import { type Cell } from '../output/table.js';

type State = TaskView['state'] | AttemptView['state'] | 'blocked';

const STYLES: Readonly<Record<State, Style | undefined>> = {
  new: undefined,
  blocked: 'yellow',
  dispatched: 'cyan',
  building: 'cyan',
  publishing: 'blue',
  reserved: 'blue',
  accepted: 'green',
  completed: 'green',
  failed: 'red',
  lost: 'yellow',
  void: 'yellow',
  cancelled: 'dim',
  superseded: 'dim',
};

/** A state in its colour; a new task that waits for a failed one shows as `blocked`. */
export function stateCell(view: { readonly state: State; readonly blocked?: boolean }): Cell {
  const state = view.state === 'new' && view.blocked === true ? 'blocked' : view.state;
  return { text: state, style: STYLES[state] };
}

/** `zlib 1.3.1-27`. */
export function taskName(task: Pick<TaskView, 'source' | 'version' | 'sourceRelease'>): string {
  return `${task.source} ${task.version}-${task.sourceRelease}`;
}

/** How the build of an attempt came out; undefined while nobody knows. */
export function buildOutcome(state: AttemptView['state']): 'succeeded' | 'failed' | undefined {
  switch (state) {
    case 'dispatched':
    case 'building':
      return undefined;
    case 'reserved':
    case 'accepted':
      return 'succeeded';
    case 'failed':
    case 'lost':
    case 'void':
    case 'cancelled':
      return 'failed';
  }
}
