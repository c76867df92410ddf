const REDRAW_MS = 100;
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

/** A line at the foot of a terminal that says how far long work has come; silent when nobody watches. */
export class ProgressLine {
  private drawnAtMs = 0;
  private isDrawn = false;

  private readonly label: string;

  constructor(label: string) {
    this.label = label;
  }

  /** Shows the share that is done, at most ten times a second. */
  show(done: number, total: number): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.drawnAtMs < REDRAW_MS) return;
    this.drawnAtMs = nowMs;
    this.isDrawn = true;
    const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
    process.stderr.write(`${CLEAR_LINE}${this.label} ${percent} %`);
  }

  /** Takes the line away again. */
  clear(): void {
    if (this.isDrawn) process.stderr.write(CLEAR_LINE);
    this.isDrawn = false;
  }
}
