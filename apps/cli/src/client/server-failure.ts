import { isErrorCode, KIND_OF } from '@cairn/contracts';
import { z } from 'zod';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';

const errorBodySchema = z.object({
  code: z.string().max(100),
  message: z.string(),
  errorId: z.string().max(100).optional(),
});

const LOG_IN = 'Log in with `cairn login`.';
const NEXT_STEPS: Readonly<Record<string, string>> = {
  'attempt.not-found': '`cairn task show ID` lists the attempts.',
  'builder.not-found': '`cairn builder list` shows the builders.',
  'channel.not-found': '`cairn channel list` shows the channels.',
  'credentials.invalid': 'An admin makes a new code with `cairn account code NAME`.',
  'permission.missing': 'Ask an admin for an account with a wider role.',
  'project.invalid': 'Correct the document and try again.',
  'project.not-found': '`cairn project list` shows the projects.',
  'repository.not-found': '`cairn repo list` shows the recipe repositories.',
  'session.expired': LOG_IN,
  'task.illegal-transition': '`cairn task show ID` shows the state of the task.',
  'task.not-found': '`cairn task list` shows the tasks.',
  'token.expired': LOG_IN,
  'token.invalid': LOG_IN,
  'token.missing': LOG_IN,
  'version.not-found': '`cairn channel list` shows the streams and versions.',
};

/** What an answer other than success means to the user. `text` is its body. */
export function failureOf(status: number, text: string, origin: string): CliError {
  const parsed = errorBodySchema.safeParse(jsonOf(text));
  if (!parsed.success) return strangeAnswer(status, origin);
  const { code, message, errorId } = parsed.data;
  if (errorId !== undefined) {
    return new CliError(code, message, {
      exitCode: EXIT.failed,
      nextStep: `The log of the server has more under ${errorId}.`,
    });
  }
  return new CliError(code, message, { exitCode: exitCodeOf(status), nextStep: nextStepOf(code) });
}

/** Whether doing the same again a moment later can help. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof CliError)) return false;
  if (error.exitCode === EXIT.unreachable) return error.code !== 'server.certificate-refused';
  const kind = isErrorCode(error.code) ? KIND_OF[error.code] : undefined;
  return kind === 'busy' || kind === 'unavailable';
}

function exitCodeOf(status: number): ExitCode {
  return status === 401 || status === 403 ? EXIT.notPermitted : EXIT.failed;
}

function nextStepOf(code: string): string | undefined {
  const known = NEXT_STEPS[code];
  if (known !== undefined) return known;
  return isErrorCode(code) && ['busy', 'unavailable'].includes(KIND_OF[code])
    ? 'Try again in a moment.'
    : undefined;
}

/** Not in our words: a proxy, or something else altogether. */
function strangeAnswer(status: number, origin: string): CliError {
  return new CliError('server.strange-answer', `${origin} answers with status ${status}`, {
    exitCode: EXIT.unreachable,
    nextStep: 'Is that the address of a summit? Give another one with --server.',
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
