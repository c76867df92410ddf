import { HarmlessLog } from '../output/harmless-log.js';
import { printable } from '../stone/printable.js';

const REDRAW_MS = 100;
const CLEAR_LINE = '\r\u001b[K';
const LINE_LENGTH_MAX = 400;
const COLUMNS_DEFAULT = 80;

/** How long one phase took. Phases of several targets have one entry for each. */
export interface PhaseTime {
  readonly name: string;
  readonly durationMs: number;
}

/** What a view writes to. */
export interface ViewStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string | Uint8Array): unknown;
}

/**
 * Shows a build while it runs: a line for each finished phase with its time and, on a terminal, what is being done now.
 * `log: 'shown'` shows the whole log instead of its last line; `quiet` shows nothing and only takes the times.
 */
export class PhaseView {
  readonly #stream: ViewStream;
  readonly #mode: 'phases' | 'log' | 'quiet';
  readonly #harmless = new HarmlessLog({ hasColours: false });
  readonly #times: PhaseTime[] = [];
  readonly #timer: NodeJS.Timeout | undefined;
  #phase: string | undefined;
  #phaseStartedMs = 0;
  #lastLine = '';
  #partial = '';
  #isDrawn = false;

  constructor(stream: ViewStream, mode: 'phases' | 'log' | 'quiet') {
    this.#stream = stream;
    this.#mode = mode;
    if (mode === 'phases' && stream.isTTY === true) {
      this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    }
  }

  get times(): readonly PhaseTime[] {
    return this.#times;
  }

  log(bytes: Uint8Array): void {
    if (this.#mode === 'quiet') return;
    if (this.#mode === 'log') {
      this.#stream.write(this.#stream.isTTY === true ? this.#harmless.push(bytes) : bytes);
      return;
    }
    const lines = (this.#partial + Buffer.from(bytes).toString('utf8')).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
    this.#lastLine = (lines.findLast((line) => line.trim() !== '') ?? this.#lastLine).slice(
      0,
      LINE_LENGTH_MAX,
    );
  }

  /** A phase begins; the one before has ended well. */
  phase(name: string): void {
    this.#finish('done');
    this.#phase = name;
    this.#phaseStartedMs = performance.now();
    this.#lastLine = '';
    if (this.#mode === 'phases' && this.#timer === undefined) this.#stream.write(`${name} …\n`);
  }

  /** Nothing comes any more. */
  end(result: 'done' | 'failed'): void {
    this.#finish(result);
    clearInterval(this.#timer);
  }

  #finish(result: 'done' | 'failed'): void {
    if (this.#phase === undefined) return;
    const durationMs = performance.now() - this.#phaseStartedMs;
    this.#times.push({ name: this.#phase, durationMs: Math.round(durationMs) });
    if (this.#mode === 'phases') {
      this.#clear();
      const mark = result === 'done' ? '✓' : '✗';
      this.#stream.write(`${mark} ${this.#phase.padEnd(14)} ${seconds(durationMs)}\n`);
    }
    this.#phase = undefined;
  }

  #draw(): void {
    if (this.#phase === undefined) return;
    const now = `  ${this.#phase.padEnd(14)} ${seconds(performance.now() - this.#phaseStartedMs)}  `;
    const width = (this.#stream.columns ?? COLUMNS_DEFAULT) - now.length - 1;
    const line = printable(this.#lastLine.replaceAll('\t', ' ')).slice(0, Math.max(0, width));
    this.#stream.write(`${CLEAR_LINE}${now}${line}`);
    this.#isDrawn = true;
  }

  #clear(): void {
    if (this.#isDrawn) this.#stream.write(CLEAR_LINE);
    this.#isDrawn = false;
  }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`.padStart(9);
}
