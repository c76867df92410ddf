import { StringDecoder } from 'node:string_decoder';
import { type BuildEvents } from './executor.js';

const TAIL_LINES = 30;
const LINE_LENGTH_MAX = 1_000;
const ERROR_LINE =
  /(?:^|[\s:])(?:fatal )?error(?:\[[A-Z0-9]+\])?:|undefined reference|No such file or directory|command not found|cannot find -l|: not found|^FAIL(?:ED)?\b|\*\*\* |Permission denied|No space left|Segmentation fault|Assertion .* failed|Invalid argument|invalid (?:user|group)|Hunk #\d+ FAILED/i;

/** What the shell says of the script that it runs, such as an unset variable or a syntax error. */
const SHELL_COMPLAINT = /^\/mason\/scripts\/phase\.sh: line (\d+): (.+)$/;

const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?)/g;

/** The line that opens a phase in the log. `phaseOfLogLine` reads it. */
export function phaseMark(phase: string, detail: string): string {
  return `==== phase: ${phase}${detail === '' ? '' : ` (${detail})`} ====\n`;
}

/** The phase that a log line opens, or undefined. */
export function phaseOfLogLine(line: string): string | undefined {
  return /^==== phase: ([a-z-]+)(?: \([^()]*\))? ====$/.exec(line)?.[1];
}

/** The shell's own words about a line of the script that it runs. */
export interface ShellComplaint {
  /** Line in the script, counted from 1. */
  readonly line: number;
  readonly message: string;
}

/** The log of one build: passes bytes on, counts them, and remembers what a failure report needs. */
export class BuildLog {
  readonly #events: BuildEvents;
  /** Keeps the first half of a character that a chunk ends in. */
  readonly #decoder = new StringDecoder('utf8');
  #sizeBytes = 0;
  #partial = '';
  #tail: string[] = [];
  #errorLine: string | undefined;
  #command: string | undefined;
  #complaint: ShellComplaint | undefined;
  #phase = 'prepare';

  constructor(events: BuildEvents) {
    this.#events = events;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get phase(): string {
    return this.#phase;
  }

  /** First line since the last `enter` that looks like an error. */
  get errorLine(): string | undefined {
    return this.#errorLine;
  }

  /** The last command that the shell announced. */
  get lastCommand(): string | undefined {
    return this.#command;
  }

  /** The last complaint of the shell about its own script. */
  get shellComplaint(): ShellComplaint | undefined {
    return this.#complaint;
  }

  /** Begins a phase: marks it in the log and forgets the errors of the one before. */
  enter(phase: string, detail = ''): void {
    this.#phase = phase;
    this.#errorLine = undefined;
    this.#command = undefined;
    this.#complaint = undefined;
    this.#tail = [];
    this.#events.phase(phase);
    this.write(Buffer.from(phaseMark(phase, detail)));
  }

  /** One line of the executor's own. */
  note(text: string): void {
    this.write(Buffer.from(`${text}\n`));
  }

  write(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.byteLength;
    this.#events.log(bytes);
    const lines = (this.#partial + this.#decoder.write(Buffer.from(bytes))).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, LINE_LENGTH_MAX);
    for (const line of lines)
      this.#remember(line.slice(0, LINE_LENGTH_MAX).replace(ESCAPES, '').replace(/\r/g, ''));
  }

  /** The first error line and the last lines. */
  excerpt(): string {
    const tail = [...this.#tail, this.#partial].filter((line) => line !== '');
    const first = this.#errorLine;
    return (first === undefined || tail.includes(first) ? tail : [first, '…', ...tail]).join('\n');
  }

  #remember(line: string): void {
    const command = /^\++ (.+)$/.exec(line)?.[1];
    if (command !== undefined) this.#command = command;
    else this.#remark(line);
    this.#tail.push(line);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
  }

  #remark(line: string): void {
    const complaint = SHELL_COMPLAINT.exec(line);
    if (complaint !== null)
      this.#complaint = { line: Number(complaint[1]), message: complaint[2] ?? '' };
    if (complaint !== null || ERROR_LINE.test(line)) this.#errorLine ??= line.trim();
  }
}
