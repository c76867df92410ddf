import { closeSync, constants, fchmodSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { KIB } from '@cairn/std';

/** New files only: an existing name, a link included, is an error of the system. */
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const PRIVATE_MODE = 0o600;
/** Shorter pieces are written at once: another thread would take longer to be woken. */
const BACKGROUND_SIZE_BYTES_MIN = 64 * KIB;

const writeInBackground = promisify(write);

/** A new file that is written from front to back, large pieces on another thread. */
export class OutputFile {
  private readonly descriptor: number;
  private readonly writes: Promise<void>[] = [];
  private sizeBytes = 0;

  /** Creates the file; throws the system’s error when the name is taken. */
  constructor(path: string) {
    this.descriptor = openSync(path, CREATE_FLAGS, PRIVATE_MODE);
  }

  /** Appends bytes, which must stay as they are until the returned promise settles. */
  append(bytes: Uint8Array): Promise<void> | undefined {
    const position = this.sizeBytes;
    this.sizeBytes += bytes.byteLength;
    if (bytes.byteLength < BACKGROUND_SIZE_BYTES_MIN) {
      this.writeHere(bytes, position);
      return undefined;
    }
    const done = this.writeThere(bytes, position);
    this.writes.push(done);
    return done;
  }

  /** Gives the complete file its mode and closes it, after `finish`; at once when nothing is being written any more. */
  seal(mode: number, finish: () => void): Promise<void> | undefined {
    const sealNow = () => {
      try {
        finish();
        fchmodSync(this.descriptor, mode);
      } finally {
        closeSync(this.descriptor);
      }
    };
    if (this.writes.length > 0) return this.settled().then(sealNow);
    sealNow();
    return undefined;
  }

  /** Closes an incomplete file once nothing is being written any more. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.writes);
    closeSync(this.descriptor);
  }

  private async settled(): Promise<void> {
    const results = await Promise.allSettled(this.writes);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed === undefined) return;
    closeSync(this.descriptor);
    throw failed.reason;
  }

  private writeHere(bytes: Uint8Array, position: number): void {
    for (let written = 0; written < bytes.byteLength;) {
      const left = bytes.byteLength - written;
      written += writeSync(this.descriptor, bytes, written, left, position + written);
    }
  }

  private async writeThere(bytes: Uint8Array, position: number): Promise<void> {
    for (let written = 0; written < bytes.byteLength;) {
      const left = bytes.byteLength - written;
      const place = position + written;
      const done = await writeInBackground(this.descriptor, bytes, written, left, place);
      written += done.bytesWritten;
    }
  }
}
