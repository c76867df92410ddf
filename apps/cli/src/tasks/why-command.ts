import { getTask, type TaskDetail } from '@cairn/contracts';
import { CliError } from '../cli-error.js';
import { type Screen } from '../output/screen.js';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { failureLines } from './show-command.js';
import { stateCell, taskName } from './task-words.js';

/** Longest explanation: each task of it is one request. */
const TASKS_MAX = 100;

/** The tasks of an explanation, the one asked about first; `depth` says how far each is from it. */
export interface WhyStep {
  readonly depth: number;
  readonly task: TaskDetail;
}

/** `cairn why ID`. */
export async function whyCommand(
  shell: Shell,
  taskId: number,
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  const chain = await chainOf(taskId, (id) => client.call(getTask, { params: { taskId: id } }));
  printReply(whyDocument(chain), options, () =>
    chain.flatMap((step) => stepLines(step, shell.screen)),
  );
}

/** Follows the tasks that reasons name, each once, depth first. Tasks that are gone are left out, except the first. */
export async function chainOf(
  taskId: number,
  find: (taskId: number) => Promise<TaskDetail>,
): Promise<WhyStep[]> {
  const chain: WhyStep[] = [{ depth: 0, task: await find(taskId) }];
  const seen = new Set([taskId]);
  const waiting = causesOf(chain[0]?.task).map((id) => ({ id, depth: 1 }));
  while (waiting.length > 0 && chain.length < TASKS_MAX) {
    const next = waiting.shift();
    if (next === undefined || seen.has(next.id)) continue;
    seen.add(next.id);
    const task = await findOrNothing(next.id, find);
    if (task === undefined) continue;
    chain.push({ depth: next.depth, task });
    waiting.unshift(...causesOf(task).map((id) => ({ id, depth: next.depth + 1 })));
  }
  return chain;
}

/** The stable form of an explanation. */
export function whyDocument(chain: readonly WhyStep[]) {
  return {
    chain: chain.map(({ depth, task }) => ({
      depth,
      taskId: task.id,
      source: task.source,
      state: task.state,
      blocked: task.blocked,
      reason: task.reason,
      failure: lastFailure(task),
    })),
  };
}

function stepLines({ depth, task }: WhyStep, screen: Screen): string[] {
  const indent = '  '.repeat(depth);
  const state = stateCell(task);
  const { text, style } =
    typeof state === 'object' ? state : { text: String(state), style: undefined };
  const head = `#${task.id} ${printable(taskName(task))} is ${screen.paint(style, text)}: ${printable(task.reason.sentence)}`;
  const failure = task.state === 'failed' ? lastFailure(task) : null;
  const rest = failure === null ? [] : failureLines(failure, screen);
  return [`${indent}${head}`, ...rest.map((line) => `${indent}  ${line}`)];
}

function lastFailure(task: TaskDetail) {
  const [last] = [...task.attempts].sort((left, right) => right.number - left.number);
  return last?.failure ?? null;
}

function causesOf(task: TaskDetail | undefined): number[] {
  return task?.reason.tasks.map(({ taskId }) => taskId) ?? [];
}

async function findOrNothing(
  taskId: number,
  find: (taskId: number) => Promise<TaskDetail>,
): Promise<TaskDetail | undefined> {
  try {
    return await find(taskId);
  } catch (error) {
    if (error instanceof CliError && error.code === 'task.not-found') return undefined;
    throw error;
  }
}
