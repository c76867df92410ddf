import { MIB } from '@cairn/std';

/** Buffers are at least this large, so that one that was lent for little serves for more the next time. */
const BUFFER_SIZE_BYTES_MIN = MIB;
/** Bytes of buffers that are kept although nobody uses them. */
const KEPT_SIZE_BYTES_MAX = 64 * MIB;

/**
 * Buffers that are used again: fresh ones for every file of a large folder would keep the garbage collector busier than
 * the files do.
 */
export class LentBuffers {
  private readonly free: ArrayBuffer[] = [];
  private keptSizeBytes = 0;

  /** A buffer of that many bytes with arbitrary content, until it is given back. */
  borrow(sizeBytes: number): Uint8Array<ArrayBuffer> {
    const last = this.free.pop();
    this.keptSizeBytes -= last?.byteLength ?? 0;
    const isEnough = last !== undefined && last.byteLength >= sizeBytes;
    const whole = isEnough ? last : new ArrayBuffer(Math.max(sizeBytes, BUFFER_SIZE_BYTES_MIN));
    return new Uint8Array(whole, 0, sizeBytes);
  }

  /** Ends a loan; nobody may use the buffer any more. */
  giveBack(buffer: Uint8Array<ArrayBuffer>): void {
    const whole = buffer.buffer;
    if (this.keptSizeBytes + whole.byteLength > KEPT_SIZE_BYTES_MAX) return;
    this.keptSizeBytes += whole.byteLength;
    this.free.push(whole);
  }
}

/** The buffers through which this process reads files and unpacks Content. */
export const lentBuffers = new LentBuffers();
