import type { DurableBatch } from './durable-files.js';

/** Immutable files by SHA-256. Implementations: a local directory; an object store can follow. */
export interface BlobStore {
  /** Whether a complete blob is there. */
  has(sha256: string): Promise<boolean>;
  /**
   * Adds a file whose bytes are known to have this hash; afterwards the blob survives a crash. The file itself stays
   * and must not be written any more. Harmless when the blob is there already.
   */
  add(file: string, sha256: string): Promise<void>;
  /** Removes a blob; harmless when it is not there. What was placed elsewhere stays. */
  remove(sha256: string): Promise<void>;
  /** Makes the blob appear at a path, without a copy where the file system allows it; safe once the batch is committed. */
  placeAt(path: string, sha256: string, batch: DurableBatch): Promise<void>;
}
