import { EXIT, type ExitCode } from './exit-code.js';
import { printable } from './stone/printable.js';

/** Longest sentence of a peer that is repeated to the user. */
const SENTENCE_LENGTH_MAX = 600;

/** A failure that the user is told of in one line; nothing else about it is printed. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly nextStep: string | undefined;

  constructor(
    code: string,
    message: string,
    rest: { readonly exitCode: ExitCode; readonly nextStep?: string | undefined },
  ) {
    super(message);
    this.code = code;
    this.exitCode = rest.exitCode;
    this.nextStep = rest.nextStep;
  }
}

/** `cairn: sentence (code). Next step.` in one line without a line feed; what a peer said cannot steer the terminal. */
export function errorLine(error: Pick<CliError, 'code' | 'message' | 'nextStep'>): string {
  const sentence = oneLine(error.message).replace(/[.\s]+$/, '');
  const next = error.nextStep === undefined ? '' : ` ${oneLine(error.nextStep)}`;
  return `cairn: ${sentence} (${oneLine(error.code)}).${next}`;
}

/** Any failure as one that can be told: what we did not expect keeps its sentence and loses its stack. */
export function cliErrorOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new CliError('cli.unexpected', `Unexpected failure: ${message}`, {
    exitCode: EXIT.failed,
    nextStep: 'This is a defect of cairn: please report it with the command that you gave.',
  });
}

function oneLine(text: string): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length <= SENTENCE_LENGTH_MAX ? line : `${line.slice(0, SENTENCE_LENGTH_MAX)}…`;
}
