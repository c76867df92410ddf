import {
  getTask,
  listTasks,
  type AttemptView,
  type TaskDetail,
  type TaskState,
} from '@cairn/contracts';
import { type HubClient } from '@cairn/testing/stack';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 90_000;
const POLL_INTERVAL_MS = 50;
const CLOSED: readonly TaskState[] = ['completed', 'failed', 'cancelled', 'superseded'];

export interface Wanted {
  /** Source release of the task; the newest task of the source when left out. */
  readonly release?: number;
  /** Only a newer task than this one. */
  readonly after?: number;
  readonly timeoutMs?: number;
}

/** Waits until the task of a source is in a state; a task that ended otherwise is an error at once. */
export async function taskIn(
  hub: HubClient,
  source: string,
  state: TaskState,
  wanted: Wanted = {},
): Promise<TaskDetail> {
  return taskWhere(hub, source, (task) => task.state === state, {
    ...wanted,
    isHopeless: (task) => CLOSED.includes(task.state),
    what: state,
  });
}

/** Waits until the task of a source is as wanted, and tells how it stood when it never was. */
export async function taskWhere(
  hub: HubClient,
  source: string,
  isWanted: (task: TaskDetail) => boolean,
  options: Wanted & {
    readonly isHopeless?: (task: TaskDetail) => boolean;
    readonly what?: string;
  } = {},
): Promise<TaskDetail> {
  const deadline = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  for (;;) {
    const task = await newestTask(hub, source, options);
    if (task !== null && isWanted(task)) return task;
    const isOver = performance.now() > deadline;
    if (isOver || (task !== null && options.isHopeless?.(task) === true)) {
      const stand = task === null ? 'it has no task' : JSON.stringify(standOf(task));
      throw new Error(`${source} is not ${options.what ?? 'as wanted'}: ${stand}`);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

/** The newest attempt of a source's task once it has one that builds. */
export async function attemptBuilding(
  hub: HubClient,
  source: string,
  wanted: Wanted & { readonly number?: number } = {},
): Promise<AttemptView> {
  const { number = 1 } = wanted;
  const builds = (task: TaskDetail) =>
    task.attempts.find((attempt) => attempt.number === number && attempt.state === 'building');
  const task = await taskWhere(hub, source, (each) => builds(each) !== undefined, {
    ...wanted,
    what: `building in attempt ${number}`,
  });
  const attempt = builds(task);
  if (attempt === undefined) throw new Error('the attempt vanished');
  return attempt;
}

async function newestTask(
  hub: HubClient,
  source: string,
  { release, after = 0 }: Wanted,
): Promise<TaskDetail | null> {
  const { tasks } = await hub.call(listTasks, { query: { source, limit: 20 } });
  const task = tasks.find(
    (each) => each.id > after && (release === undefined || each.sourceRelease === release),
  );
  return task === undefined ? null : hub.call(getTask, { params: { taskId: task.id } });
}

function standOf(task: TaskDetail) {
  const attempts = task.attempts.map(({ state, builder, step, failure }) => ({
    state,
    builder,
    step,
    failure,
  }));
  return { state: task.state, reason: task.reason, attempts };
}
