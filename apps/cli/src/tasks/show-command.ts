import { getTask, type AttemptView, type BuildFailure, type TaskDetail } from '@cairn/contracts';
import { durationText, relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { type Screen } from '../output/screen.js';
import { fieldLines, tableLines, type Column } from '../output/table.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { stateCell, taskName } from './task-words.js';

/** `cairn task show ID`. */
export async function showCommand(
  shell: Shell,
  taskId: number,
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(getTask, { params: { taskId } });
  printReply(reply, options, (task) => taskLines(task, shell.screen, shell.clock.now()));
}

/** Everything about a task for people. */
export function taskLines(task: TaskDetail, screen: Screen, nowMs: number): string[] {
  const attempts = [...task.attempts].sort((left, right) => left.number - right.number);
  const failure = attempts.at(-1)?.failure ?? null;
  return [
    screen.paint('bold', printable(`#${task.id} ${taskName(task)} (${task.architecture})`)),
    ...fieldLines(screen, [
      ['state', stateCell(task)],
      ['reason', task.reason.sentence],
      ['profile', `${task.project}/${task.profile}`],
      ['recipe', `${task.repository} at ${task.commit}`],
      ['why built', task.description],
      ['created', relativeTime(task.createdAt, nowMs)],
      ['published in', task.publishedHistory ?? '–'],
      ['needs', othersText(task.dependencies)],
      ['needed by', othersText(task.dependants)],
    ]),
    '',
    ...tableLines(screen, { empty: 'No attempt yet.', columns: attemptColumns(nowMs) }, attempts),
    ...(failure === null ? [] : ['', ...failureLines(failure, screen)]),
  ];
}

/** What went wrong in a build: sentence, place, command and the last lines of its log. */
export function failureLines(failure: BuildFailure, screen: Pick<Screen, 'paint'>): string[] {
  const { message, code, step, recipeLine, command, exitCode, signal, excerpt } = failure;
  const place = recipeLine === undefined ? step : `${step}, line ${recipeLine} of the recipe`;
  const end = [
    ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
    ...(signal === undefined ? [] : [`signal ${signal}`]),
  ].join(', ');
  return [
    screen.paint('red', printable(`${message} (${code})`)),
    ...fieldLines(screen, [
      ['class', failure.class],
      ['step', place],
      ...(command === undefined ? [] : [['command', command] as const]),
      ...(end === '' ? [] : [['ended with', end] as const]),
    ]),
    ...(excerpt?.split('\n').map((line) => `  ${printable(line)}`) ?? []),
  ];
}

function othersText(others: TaskDetail['dependencies']): string {
  if (others.length === 0) return '–';
  return others.map(({ taskId, source, state }) => `#${taskId} ${source} (${state})`).join(', ');
}

function attemptColumns(nowMs: number): Column<AttemptView>[] {
  return [
    { title: 'ATTEMPT', cell: ({ number }) => number, isRight: true },
    { title: 'STATE', cell: stateCell },
    { title: 'BUILDER', cell: ({ builder }) => builder },
    { title: 'STEP', cell: ({ step }) => step ?? '–' },
    { title: 'BEGAN', cell: ({ dispatchedAt }) => relativeTime(dispatchedAt, nowMs) },
    {
      title: 'TOOK',
      cell: ({ startedAt, reportedAt, endedAt }) =>
        startedAt === null ? '–' : durationText((reportedAt ?? endedAt ?? nowMs) - startedAt),
    },
    { title: 'BUILD RELEASE', cell: ({ buildRelease }) => buildRelease, isRight: true },
    { title: 'AGAINST', cell: ({ pinnedHistory }) => pinnedHistory ?? '–' },
    {
      title: 'FILES',
      cell: ({ collectables }) => collectables.length,
      isRight: true,
    },
  ];
}
