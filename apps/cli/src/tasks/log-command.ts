import { getTask, type AttemptView, type TaskDetail } from '@cairn/contracts';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../cli-error.js';
import { type ApiClient } from '../client/api-client.js';
import { followLogBytes, readLogBytes } from '../client/attempt-log.js';
import { isPassing } from '../client/server-failure.js';
import { EXIT } from '../exit-code.js';
import { writeLog } from '../output/log-writer.js';
import { printNote } from '../output/reply.js';
import { type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { buildOutcome, taskName } from './task-words.js';

const POLL_MS = 1_000;
/** The result of a build follows its log; a builder that went away is given up by summit within minutes. */
const RESULT_WAIT_MAX_MS = 10 * 60_000;

/** Options of `cairn task log`. */
export interface LogOptions {
  readonly follow?: boolean;
  /** Number of the attempt, beginning with 1. */
  readonly attempt?: number;
}

/** `cairn task log ID`. With `follow` the exit code tells how the build came out. */
export async function logCommand(shell: Shell, taskId: number, options: LogOptions): Promise<void> {
  const client = await shell.connect();
  const task = await client.call(getTask, { params: { taskId } });
  if (options.follow !== true) {
    const attempt = attemptOf(task, options.attempt);
    if (attempt === undefined) throw noAttempt(task, options.attempt);
    await writeLog(readLogBytes(client, attempt.id), shell.screen);
    return;
  }
  const attempt = await awaitAttempt(client, task, options.attempt);
  await writeLog(followLogBytes(client, attempt.id), shell.screen);
  await reportOutcome(client, { taskId, attemptId: attempt.id });
}

async function awaitAttempt(
  client: ApiClient,
  first: TaskDetail,
  number: number | undefined,
): Promise<AttemptView> {
  let task = first;
  let told = '';
  for (;;) {
    const attempt = attemptOf(task, number);
    if (attempt !== undefined) return attempt;
    if (task.endedAt !== null) throw noAttempt(task, number);
    const sentence = `#${task.id} ${taskName(task)} waits: ${task.reason.sentence}`;
    if (sentence !== told) printNote(printable(sentence));
    told = sentence;
    await sleep(POLL_MS);
    task = await client.call(getTask, { params: { taskId: task.id } });
  }
}

async function reportOutcome(
  client: ApiClient,
  which: { readonly taskId: number; readonly attemptId: string },
): Promise<void> {
  const attempt = await endedAttempt(client, which);
  const outcome = buildOutcome(attempt.state);
  if (outcome === 'succeeded') {
    printNote(`Attempt ${attempt.number} of #${which.taskId} succeeded.`);
    return;
  }
  const why = attempt.failure?.message ?? `it is ${attempt.state}`;
  throw new CliError(
    attempt.failure?.code ?? `attempt.${attempt.state}`,
    `Attempt ${attempt.number} of #${which.taskId} did not succeed: ${why}`,
    { exitCode: EXIT.failed, nextStep: `See \`cairn why ${which.taskId}\`.` },
  );
}

async function endedAttempt(
  client: ApiClient,
  { taskId, attemptId }: { readonly taskId: number; readonly attemptId: string },
): Promise<AttemptView> {
  const startedAtMs = performance.now();
  for (;;) {
    try {
      const task = await client.call(getTask, { params: { taskId } });
      const attempt = task.attempts.find(({ id }) => id === attemptId);
      if (attempt === undefined) throw noAttempt(task, undefined);
      if (buildOutcome(attempt.state) !== undefined) return attempt;
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    if (performance.now() - startedAtMs > RESULT_WAIT_MAX_MS) {
      throw new CliError('attempt.no-result', 'The log is complete, but there is no result', {
        exitCode: EXIT.failed,
        nextStep: `See \`cairn task show ${taskId}\`.`,
      });
    }
    await sleep(POLL_MS);
  }
}

function attemptOf(task: TaskDetail, number: number | undefined): AttemptView | undefined {
  if (number !== undefined) return task.attempts.find((attempt) => attempt.number === number);
  return [...task.attempts].sort((left, right) => right.number - left.number)[0];
}

function noAttempt(task: TaskDetail, number: number | undefined): CliError {
  const which = number === undefined ? 'no attempt yet' : `no attempt ${number}`;
  return new CliError('attempt.not-found', `#${task.id} ${taskName(task)} has ${which}`, {
    exitCode: EXIT.failed,
    nextStep: `See \`cairn why ${task.id}\`.`,
  });
}
