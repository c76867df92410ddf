import type { Readable } from 'node:stream';
import type { DurableBatch } from './durable-files.js';

/**
 * Immutable files by SHA-256: a local directory or a bucket. Every call may fail with `pool.unavailable` where the store
 * is another machine; then it may be made again.
 */
export interface BlobStore {
  /** The largest blob that can be added. */
  readonly sizeBytesMax: number;
  /** Whether a complete blob is there. */
  has(sha256: string): Promise<boolean>;
  /**
   * Adds a file whose bytes are known to have this hash; afterwards the blob survives a crash. The file itself stays
   * and must not be written any more. Harmless when the blob is there already.
   */
  add(file: string, sha256: string): Promise<void>;
  /** Removes a blob; harmless when it is not there. What was placed elsewhere stays. */
  remove(sha256: string): Promise<void>;
  /** The bytes of a blob, or those from `start` to `end`, both included; undefined when it is not there. */
  read(sha256: string, range?: BlobRange): Promise<Readable | undefined>;
  /**
   * Lets a blob be served under a path of the public folder, without a copy where that can be; safe once the batch is
   * committed. A store whose blobs are served by the rows that name them has nothing to do.
   */
  placeAt(path: string, sha256: string, batch: DurableBatch): Promise<void>;
  /** Rejects when the store cannot be used at present. */
  check(): Promise<void>;
}

/** Bytes of a blob, both ends included. */
export interface BlobRange {
  readonly start: number;
  readonly end: number;
}
