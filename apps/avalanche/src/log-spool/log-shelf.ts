import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { type StateDirectory } from '../state-directory.js';
import { LogSpool } from './log-spool.js';

/** The logs of all attempts, running and past. */
export class LogShelf {
  readonly #state: StateDirectory;
  readonly #open = new Map<string, LogSpool>();
  readonly #listeners = new Set<(attemptId: string) => void>();

  constructor(state: StateDirectory) {
    this.#state = state;
  }

  /** Begins the log of an attempt. */
  begin(attemptId: string, limitBytes: number): LogSpool {
    const spool = new LogSpool({
      file: this.#state.attempt(attemptId).log,
      limitBytes,
      onGrowth: () => this.#tell(attemptId),
    });
    this.#open.set(attemptId, spool);
    return spool;
  }

  /** Ends the log of an attempt: it grows no more. */
  end(attemptId: string): void {
    this.#open.get(attemptId)?.close();
    this.#open.delete(attemptId);
    this.#tell(attemptId);
  }

  /** Whether more may come. */
  isGrowing(attemptId: string): boolean {
    return this.#open.has(attemptId);
  }

  /** Bytes of log so far; 0 when there is none. */
  sizeBytes(attemptId: string): number {
    const spool = this.#open.get(attemptId);
    if (spool !== undefined) return spool.sizeBytes;
    return statSync(this.#state.attempt(attemptId).log, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Reads at most `lengthBytes` from `offset`; fewer at the end, none when there is no log. */
  async read(
    attemptId: string,
    span: { readonly offset: number; readonly lengthBytes: number },
  ): Promise<Uint8Array> {
    const available = Math.min(this.sizeBytes(attemptId) - span.offset, span.lengthBytes);
    if (available <= 0) return new Uint8Array();
    const file = await open(this.#state.attempt(attemptId).log, 'r');
    try {
      const { bytesRead, buffer } = await file.read(
        new Uint8Array(available),
        0,
        available,
        span.offset,
      );
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Calls `listener` whenever a log has grown or ended. */
  onGrowth(listener: (attemptId: string) => void): void {
    this.#listeners.add(listener);
  }

  #tell(attemptId: string): void {
    for (const listener of this.#listeners) listener(attemptId);
  }
}
