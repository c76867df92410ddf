import { isErrorLine } from './error-line.js';
import { type LogStyle, PLAIN_STYLE } from './log-style.js';
import { endStyleOf } from './parse-line.js';

/** Longest line shown, in characters; the download has the rest. */
export const LINE_LENGTH_MAX = 8_000;
/** Most bytes kept of a line whose end has not come. */
export const OPEN_LINE_BYTES_MAX = 65_536;
/** Most lines held; beyond it the oldest half is dropped. */
export const LINES_HELD_MAX = 1_000_000;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** A line as it came, and the look it begins with. */
export interface LogLine {
  readonly text: string;
  readonly startStyle: LogStyle;
}

function join(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second;
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

/** Decodes UTF-8 (broken bytes become U+FFFD), keeps what a terminal would leave standing after carriage returns. */
function lineText(raw: string): string {
  const ended = raw.endsWith('\r') ? raw.replace(/\r+$/, '') : raw;
  const text = ended.slice(ended.lastIndexOf('\r') + 1);
  if (text.length <= LINE_LENGTH_MAX) return text;
  return `${text.slice(0, LINE_LENGTH_MAX)} … (cut after ${LINE_LENGTH_MAX} characters)`;
}

/** Keeps an unfinished line within its limit: what a carriage return will overwrite goes first. */
function limitOpenLine(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= OPEN_LINE_BYTES_MAX) return bytes;
  const afterReturn = bytes.subarray(bytes.lastIndexOf(RETURN, bytes.length - 2) + 1);
  return afterReturn.slice(0, OPEN_LINE_BYTES_MAX);
}

/**
 * The lines of a log, of which a middle or last part may be known. Bytes are added at either end in any division;
 * lines within their limit come out the same. A line's sequence number never changes: 0 is the first one that was appended.
 */
export class LogBuffer {
  /** Sequence number of the first line held. */
  start = 0;
  /** Position in the log's bytes from which on it is known. */
  startOffset: number;
  /** Sequence number of the first line that looks like an error, or null. */
  firstError: number | null = null;
  /** True when old lines had to be dropped; they cannot be loaded again. */
  isTrimmed = false;

  #lines: LogLine[] = [];
  #style: LogStyle = PLAIN_STYLE;
  /** Bytes before the first newline, when the log was entered in mid-line; null once all before is known. */
  #head: Uint8Array | null;
  #hasEntered = false;
  #open: Uint8Array = new Uint8Array();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(startOffset: number) {
    this.startOffset = startOffset;
    this.#head = startOffset === 0 ? null : new Uint8Array();
  }

  /** One past the last line's sequence number; an unfinished last line counts. */
  get end(): number {
    return this.start + this.#lines.length + (this.#open.length > 0 ? 1 : 0);
  }

  /** One past the last finished line's sequence number: lines before it will not change. */
  get finishedEnd(): number {
    return this.start + this.#lines.length;
  }

  get hasEarlier(): boolean {
    return this.startOffset > 0 && !this.isTrimmed;
  }

  line(sequence: number): LogLine | undefined {
    if (sequence === this.finishedEnd && this.#open.length > 0) {
      return { text: lineText(this.#decoder.decode(this.#open)), startStyle: this.#style };
    }
    return this.#lines[sequence - this.start];
  }

  append(bytes: Uint8Array): void {
    const rest = this.#entered(bytes);
    const newlineAt = rest.lastIndexOf(NEWLINE);
    if (newlineAt < 0) {
      this.#open = limitOpenLine(join(this.#open, rest));
      return;
    }
    const finished = this.#toLines(join(this.#open, rest.subarray(0, newlineAt)), this.#style);
    this.#open = limitOpenLine(rest.slice(newlineAt + 1));
    this.#style = finished.endStyle;
    this.#noteError(finished.lines, this.finishedEnd);
    for (const line of finished.lines) this.#lines.push(line);
    this.#trim();
  }

  /** Adds bytes that stand directly before `startOffset`. */
  prepend(bytes: Uint8Array): void {
    if (this.isTrimmed || this.#head === null || bytes.length === 0) return;
    this.startOffset -= bytes.length;
    let all = join(bytes, this.#head);
    if (!this.#hasEntered) {
      this.#head = this.startOffset > 0 ? new Uint8Array() : null;
      this.append(all);
      return;
    }
    if (this.startOffset > 0) {
      const newlineAt = all.indexOf(NEWLINE);
      if (newlineAt < 0) {
        this.#head = limitOpenLine(all);
        return;
      }
      this.#head = all.slice(0, newlineAt);
      all = all.subarray(newlineAt + 1);
    } else {
      this.#head = null;
    }
    const { lines } = this.#toLines(all, PLAIN_STYLE);
    this.#lines = lines.concat(this.#lines);
    this.start -= lines.length;
    this.#noteError(lines, this.start);
  }

  /** Holds back the rest of a line that began before the known part. */
  #entered(bytes: Uint8Array): Uint8Array {
    if (this.#head === null || this.#hasEntered) return bytes;
    const newlineAt = bytes.indexOf(NEWLINE);
    if (newlineAt < 0) {
      this.#head = limitOpenLine(join(this.#head, bytes));
      return new Uint8Array();
    }
    this.#head = join(this.#head, bytes.slice(0, newlineAt));
    this.#hasEntered = true;
    return bytes.subarray(newlineAt + 1);
  }

  #toLines(bytes: Uint8Array, startStyle: LogStyle): { lines: LogLine[]; endStyle: LogStyle } {
    let style = startStyle;
    const lines = this.#decoder
      .decode(bytes)
      .split('\n')
      .map((raw) => {
        const line = { text: lineText(raw), startStyle: style };
        if (raw.includes('\u001b')) style = endStyleOf(line.text, style);
        return line;
      });
    return { lines, endStyle: style };
  }

  #noteError(lines: readonly LogLine[], start: number): void {
    if (this.firstError !== null && this.firstError < start) return;
    const position = lines.findIndex((line) => isErrorLine(line.text));
    if (position >= 0) this.firstError = start + position;
  }

  #trim(): void {
    if (this.#lines.length <= LINES_HELD_MAX) return;
    const dropped = Math.floor(LINES_HELD_MAX / 2);
    this.#lines = this.#lines.slice(dropped);
    this.start += dropped;
    this.isTrimmed = true;
    if (this.firstError !== null && this.firstError < this.start) this.firstError = null;
  }
}
