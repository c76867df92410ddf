const BLOCK_HEADER_SIZE_BYTES = 3;
const CHECKSUM_SIZE_BYTES = 4;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;

/** How far a frame has been walked. */
export type ZstdWalkState = 'inside' | 'ended' | 'overrun' | 'corrupt';

/**
 * Follows the blocks of one zstd frame without decompressing them, in pieces of any size, to tell whether the frame
 * ends exactly where its payload ends. Starts behind the frame header.
 */
export class ZstdFrameWalker {
  private skipSizeBytes = 0;
  private headerBytes = 0;
  private headerValue = 0;
  private isLastBlock = false;
  private current: ZstdWalkState = 'inside';

  private readonly hasChecksum: boolean;

  constructor(hasChecksum: boolean) {
    this.hasChecksum = hasChecksum;
  }

  get state(): ZstdWalkState {
    return this.current;
  }

  /** Takes the next stored bytes, from a position on. */
  push(bytes: Uint8Array, start = 0): void {
    let at = start;
    while (at < bytes.byteLength && this.current === 'inside') {
      const skip = Math.min(this.skipSizeBytes, bytes.byteLength - at);
      this.skipSizeBytes -= skip;
      at += skip;
      if (this.skipSizeBytes > 0) return;
      if (this.isLastBlock) this.current = 'ended';
      else if (at < bytes.byteLength) this.takeHeaderByte(bytes[at++] ?? 0);
    }
    if (this.skipSizeBytes === 0 && this.isLastBlock && this.current === 'inside')
      this.current = 'ended';
    if (this.current === 'ended' && at < bytes.byteLength) this.current = 'overrun';
  }

  private takeHeaderByte(byte: number): void {
    this.headerValue += byte * 2 ** (8 * this.headerBytes);
    if (++this.headerBytes < BLOCK_HEADER_SIZE_BYTES) return;
    const type = (this.headerValue >> 1) & 3;
    const sizeBytes = this.headerValue >> 3;
    this.isLastBlock = (this.headerValue & 1) === 1;
    this.skipSizeBytes = type === RLE_BLOCK ? 1 : sizeBytes;
    if (this.isLastBlock && this.hasChecksum) this.skipSizeBytes += CHECKSUM_SIZE_BYTES;
    if (type === RESERVED_BLOCK) this.current = 'corrupt';
    this.headerBytes = 0;
    this.headerValue = 0;
  }
}
