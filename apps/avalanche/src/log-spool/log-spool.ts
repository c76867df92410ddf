import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

const NOTICE = Buffer.from('\n[the log has reached its limit and ends here]\n');
const LOG_MODE = 0o600;

/**
 * The log of one running build: a file that only grows, up to a limit. Bytes are in the file when `append` returns,
 * so what was said to be there survives the end of this process.
 */
export class LogSpool {
  readonly #descriptor: number;
  readonly #limitBytes: number;
  readonly #onGrowth: () => void;
  #sizeBytes = 0;
  #isOpen = true;
  #isFull = false;

  /** Begins a new log; a file of that name is emptied. */
  constructor(options: {
    readonly file: string;
    /** Most bytes of log; a notice of a few more says that the rest is missing. */
    readonly limitBytes: number;
    readonly onGrowth: () => void;
  }) {
    mkdirSync(path.dirname(options.file), { recursive: true });
    this.#descriptor = openSync(options.file, 'w', LOG_MODE);
    this.#limitBytes = options.limitBytes;
    this.#onGrowth = options.onGrowth;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds bytes; what exceeds the limit, or comes after `close`, is dropped. Throws when the disk is full. */
  append(bytes: Uint8Array): void {
    if (!this.#isOpen || this.#isFull || bytes.byteLength === 0) return;
    const room = this.#limitBytes - this.#sizeBytes;
    this.#isFull = bytes.byteLength > room;
    this.#write(bytes.subarray(0, room));
    if (this.#isFull) this.#write(NOTICE);
    this.#onGrowth();
  }

  /** Ends the log. Harmless when it has ended. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#descriptor);
  }

  #write(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.byteLength;) {
      const count = writeSync(this.#descriptor, bytes, written);
      written += count;
      this.#sizeBytes += count;
    }
  }
}
