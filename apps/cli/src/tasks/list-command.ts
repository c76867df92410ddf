import { listTasks, type TaskState, type TaskView } from '@cairn/contracts';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { tableLines, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { stateCell } from './task-words.js';

/** Options of `cairn task list`. */
export interface ListOptions extends JsonOptions {
  readonly state?: TaskState;
  readonly source?: string;
  readonly project?: string;
  readonly before?: number;
  readonly limit: number;
}

/** `cairn task list`. */
export async function listCommand(
  shell: Shell,
  { json, state, source, project, before, limit }: ListOptions,
): Promise<void> {
  const client = await shell.connect();
  const query = { state, source, project, before, limit };
  const reply = await client.call(listTasks, { query });
  const table = { empty: 'No tasks.', columns: taskColumns(shell.clock.now()) };
  printReply(reply, { json: json === true }, ({ tasks }) => [
    ...tableLines(shell.screen, table, tasks),
    ...moreLine(tasks, limit),
  ]);
}

function taskColumns(nowMs: number): Column<TaskView>[] {
  return [
    { title: 'ID', cell: ({ id }) => id, isRight: true },
    { title: 'STATE', cell: stateCell },
    { title: 'SOURCE', cell: ({ source }) => source },
    { title: 'VERSION', cell: ({ version, sourceRelease }) => `${version}-${sourceRelease}` },
    { title: 'PROFILE', cell: ({ project, profile }) => `${project}/${profile}` },
    { title: 'BUILDER', cell: ({ builder }) => builder ?? '–' },
    {
      title: 'SINCE',
      cell: ({ endedAt, builtAt, dispatchedAt, createdAt }) =>
        relativeTime(endedAt ?? builtAt ?? dispatchedAt ?? createdAt, nowMs),
    },
    { title: 'REASON', cell: ({ reason }) => reason.sentence, isFlexible: true },
  ];
}

function moreLine(tasks: readonly TaskView[], limit: number): string[] {
  const last = tasks.at(-1);
  return last === undefined || tasks.length < limit ? [] : [`Older ones: --before ${last.id}`];
}
