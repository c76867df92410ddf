import { MIB } from '@cairn/std';

const BUFFER_SIZE_BYTES = 2 * MIB;
const BUFFERS_MAX = 32;

/** Memory into which files are read, used again and again: the kernel takes longer to give new memory than to fill it. */
export class ReadBuffers {
  private readonly free: Buffer[] = [];
  private count = 0;

  /** A buffer that nobody else uses until it is given back; undefined while all are in use. */
  take(): Buffer | undefined {
    const buffer = this.free.pop();
    if (buffer !== undefined || this.count === BUFFERS_MAX) return buffer;
    this.count += 1;
    return Buffer.allocUnsafeSlow(BUFFER_SIZE_BYTES);
  }

  giveBack(buffer: Buffer): void {
    this.free.push(buffer);
  }
}
