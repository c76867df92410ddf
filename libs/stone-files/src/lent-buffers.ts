/**
 * Buffers that are used again: a fresh one for every file of a large folder would keep the garbage collector busier than
 * the files do.
 */
export class LentBuffers {
  private readonly free: Uint8Array[] = [];

  /** Runs `use` on a buffer of that many bytes, whose content is arbitrary and which is somebody else’s afterwards. */
  async lend<T>(sizeBytes: number, use: (buffer: Uint8Array) => Promise<T>): Promise<T> {
    const buffer = this.take(sizeBytes);
    try {
      return await use(buffer.subarray(0, sizeBytes));
    } finally {
      this.free.push(buffer);
    }
  }

  private take(sizeBytes: number): Uint8Array {
    const last = this.free.pop();
    return last !== undefined && last.byteLength >= sizeBytes
      ? last
      : Buffer.allocUnsafeSlow(sizeBytes);
  }
}
