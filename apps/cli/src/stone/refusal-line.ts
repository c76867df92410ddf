import type { StoneError } from '@cairn/stone';
import { plainPaint, type Paint } from '../output/paint.js';
import { printable } from './printable.js';
import { EXIT_REFUSED, fail, printJson } from './terminal.js';

/** One refused file on one line: path, code, offset, sentence. */
export function refusalLine(path: string, error: StoneError, paint: Paint = plainPaint): string {
  const inside = error.plainOffset === undefined ? '' : ` (+${error.plainOffset} unpacked)`;
  return `${printable(path)}: ${paint('red', error.code)} at ${error.offset}${inside}: ${printable(error.message)}`;
}

/** One refused file as JSON. */
export function refusalJson(path: string, error: StoneError): Readonly<Record<string, unknown>> {
  return { path, ok: false, ...error };
}

/** Tells of a refused file, as a line or as JSON, and sets the exit code. */
export function reportRefusal(
  path: string,
  error: StoneError,
  options: { readonly json?: boolean },
): void {
  if (options.json !== true) {
    fail(refusalLine(path, error));
    return;
  }
  printJson(refusalJson(path, error));
  process.exitCode = EXIT_REFUSED;
}
