import { AppError } from '@cairn/contracts';

/** What `cairn vessel` ends with; the numbers are those of `cairn`, see docs/operating/cli.md. */
export const EXIT = { failed: 1, usage: 2, unreachable: 4 } as const;

type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Longest sentence of somebody else that is repeated. */
const SENTENCE_LENGTH_MAX = 600;

/** A failure of `cairn vessel` that the operator is told of in one line. Its codes are documented in docs/operating/cli.md. */
export class AdminError extends Error {
  override readonly name = 'AdminError';

  constructor(
    readonly code: string,
    message: string,
    readonly rest: {
      readonly exitCode: ExitCode;
      readonly nextStep: string;
      readonly cause?: unknown;
    },
  ) {
    super(rest.cause === undefined ? message : `${message}: ${reasonOf(rest.cause)}`);
  }
}

/** Any failure as a line, `cairn vessel: sentence (code). Next step.`, and an exit code. */
export function tellFailure(error: unknown): {
  readonly line: string;
  readonly exitCode: ExitCode;
} {
  if (error instanceof AdminError) {
    const { code, rest } = error;
    return { line: failureLine(error.message, code, rest.nextStep), exitCode: rest.exitCode };
  }
  const isRefusal = error instanceof AppError;
  const code = isRefusal ? error.code : 'vessel.unexpected';
  const nextStep = isRefusal
    ? 'docs/protocol/errors.md says what to do.'
    : 'Please report this with the command that you gave.';
  return { line: failureLine(reasonOf(error), code, nextStep), exitCode: EXIT.failed };
}

export function failureLine(message: string, code: string, nextStep: string): string {
  const sentence = oneLine(message).replace(/[.\s]+$/, '');
  return `cairn vessel: ${sentence} (${code}). ${oneLine(nextStep)}`;
}

/** What an error says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function oneLine(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '�')
    .trim();
  return line.length <= SENTENCE_LENGTH_MAX ? line : `${line.slice(0, SENTENCE_LENGTH_MAX)}…`;
}
