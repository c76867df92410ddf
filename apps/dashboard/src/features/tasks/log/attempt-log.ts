import { followLog, readLog, urlOf } from '@cairn/contracts';
import { fetchBytes } from '../../../api/client.js';
import { type EventStream, openEventStream } from '../../../api/event-stream.js';
import { LogBuffer } from './log-buffer.js';
import { fitChunk, readLogMessage } from './log-position.js';

/** A longer log is entered this far before its end; what is before comes when it is asked for. */
export const TAIL_BYTES = 1_048_576;
/** Most that one call for earlier bytes gives. */
const READ_BYTES_MAX = 1_048_576;
/** Largest log that is loaded whole to search it; a longer one must be downloaded. */
export const SEARCH_BYTES_MAX = 128 * 1_048_576;
/** New text is shown at most this often. */
const NOTICE_INTERVAL_MS = 100;

export type LogState = 'connecting' | 'live' | 'reconnecting' | 'complete' | 'closed';

function parseEvent(value: unknown) {
  const parsed = followLog.reply.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** The log of one attempt as the page holds it: follows its end, and loads earlier parts when asked. */
export class AttemptLog {
  readonly buffer: LogBuffer;
  state: LogState = 'connecting';
  /** Rises with every change that readers should see. */
  revision = 0;

  #offset: number;
  #stream: EventStream | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #listeners = new Set<() => void>();

  constructor(
    readonly attemptId: string,
    knownSizeBytes: number,
  ) {
    this.#offset = Math.max(0, knownSizeBytes - TAIL_BYTES);
    this.buffer = new LogBuffer(this.#offset);
  }

  /** Bytes known to exist: where the reader stands in the log. */
  get offset(): number {
    return this.#offset;
  }

  open(): void {
    if (this.#stream !== null || this.state === 'complete') return;
    this.#stream = openEventStream({
      url: () => urlOf(followLog, { attemptId: this.attemptId }, { offset: this.#offset }),
      onMessage: (message) => this.#take(message),
      onState: (state) => {
        if (this.state === 'complete') return;
        this.state = state;
        this.#notice();
      },
    });
  }

  close(): void {
    this.#stream?.close();
    this.#stream = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getRevision = (): number => this.revision;

  /** Loads up to 1 MiB that stands before what is held. Rejects with `ApiError`. */
  async loadEarlier(signal?: AbortSignal): Promise<void> {
    const endOffset = this.buffer.startOffset;
    const startOffset = Math.max(0, endOffset - READ_BYTES_MAX);
    const parts: Uint8Array[] = [];
    for (let offset = startOffset; offset < endOffset;) {
      const bytes = await this.#read(offset, signal);
      if (bytes.length === 0) break;
      parts.push(bytes.subarray(0, endOffset - offset));
      offset += bytes.length;
    }
    const all = await new Blob(parts as BlobPart[]).arrayBuffer();
    if (all.byteLength !== endOffset - startOffset || endOffset !== this.buffer.startOffset) return;
    this.buffer.prepend(new Uint8Array(all));
    this.#notice();
  }

  /** The whole log as far as it has arrived, for saving it. Rejects with `ApiError`. */
  async download(signal?: AbortSignal): Promise<Blob> {
    const parts: Uint8Array[] = [];
    for (let offset = 0; ;) {
      const bytes = await this.#read(offset, signal);
      if (bytes.length === 0) return new Blob(parts as BlobPart[], { type: 'text/plain' });
      parts.push(bytes);
      offset += bytes.length;
    }
  }

  #read(offset: number, signal?: AbortSignal): Promise<Uint8Array> {
    return fetchBytes(readLog, {
      params: { attemptId: this.attemptId },
      query: { offset },
      ...(signal ? { signal } : {}),
    });
  }

  #take(message: { readonly id: string; readonly data: string }): void {
    const piece = readLogMessage(message, parseEvent);
    const decision = piece === null ? null : fitChunk(this.#offset, piece);
    if (piece === null || decision?.kind !== 'take') {
      this.#stream?.reopen();
      return;
    }
    this.#offset = decision.nextOffset;
    this.buffer.append(decision.bytes);
    if (piece.complete) {
      this.state = 'complete';
      this.#stream?.close();
      this.#stream = null;
    }
    this.#notice();
  }

  #notice(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.revision += 1;
      for (const listener of this.#listeners) listener();
    }, NOTICE_INTERVAL_MS);
  }
}
