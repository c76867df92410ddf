import type { Progress } from '@cairn/stone-files';
import { truncated } from '../output/display-width.js';
import { humanSize } from './printable.js';

const REDRAW_MS = 100;
/** Work that is done before that is not worth a line that flickers. */
const PATIENCE_MS = 300;
const COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

/** Exit codes of the stone commands: all good, something refused, wrong usage. */
export const EXIT_REFUSED = 1;
export const EXIT_USAGE = 2;

/** Writes a line of results. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes a value as JSON, two spaces deep. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value, undefined, 2));
}

/** Writes a line about what went wrong and remembers the exit code. */
export function fail(line: string, exitCode: number = EXIT_REFUSED): void {
  process.stderr.write(`${line}\n`);
  process.exitCode = exitCode;
}

/** A line at the foot of a terminal that says how far long work has come; silent when nobody watches or it is short. */
export class ProgressLine {
  private readonly startedAtMs = performance.now();
  private drawnAtMs = 0;
  private isDrawn = false;

  private readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  /** Shows the share that is done, at most ten times a second. */
  show(done: number, total: number): void {
    this.draw(done, total, `${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
  }

  /** The same for bytes. */
  readonly showBytes = ({ doneBytes, totalBytes }: Progress): void => {
    this.draw(doneBytes, totalBytes, `${humanSize(doneBytes)} of ${humanSize(totalBytes)}`);
  };

  /** Takes the line away again. */
  clear(): void {
    if (this.isDrawn) process.stderr.write(CLEAR_LINE);
    this.isDrawn = false;
  }

  private draw(done: number, total: number, amount: string): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.startedAtMs < PATIENCE_MS) return;
    if (nowMs - this.drawnAtMs < REDRAW_MS) return;
    this.drawnAtMs = nowMs;
    this.isDrawn = true;
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    const line = `${String(percent).padStart(3)} %  ${this.label}  ${amount}`;
    process.stderr.write(CLEAR_LINE + truncated(line, (process.stderr.columns || COLUMNS) - 1));
  }
}
