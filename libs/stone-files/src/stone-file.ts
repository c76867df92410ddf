import { createHash } from 'node:crypto';
import { constants, fstatSync, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { KIB, MIB } from '@cairn/std';
import { HEADER_SIZE_BYTES, stoneError } from '@cairn/stone';
import { lentBuffers } from './lent-buffers.js';
import { StoneRefusal } from './stone-refusal.js';

/** Reads up to this many bytes come out of a window of the file that is kept. */
export const SMALL_READ_SIZE_BYTES = 64 * KIB;
const WINDOW_SIZE_BYTES = 512 * KIB;

const SCAN_SIZE_BYTES = MIB;
const NO_WINDOW = { offset: 0, bytes: new Uint8Array(0) };
const NOTHING = Promise.resolve(new Uint8Array(0));

/** A stone that is open for reading at any place. */
export class StoneFile {
  private window: { readonly offset: number; readonly bytes: Uint8Array } = NO_WINDOW;
  private readonly windowBuffer = lentBuffers.borrow(WINDOW_SIZE_BYTES);

  private readonly handle: FileHandle;
  private readonly stats: BigIntStats;
  readonly sizeBytes: number;

  private constructor(handle: FileHandle, stats: BigIntStats) {
    this.handle = handle;
    this.stats = stats;
    this.sizeBytes = Number(stats.size);
  }

  /** Opens a regular file, runs `use` on it and closes it. A file that was refused because it changed is told so. */
  static async with<T>(path: string, use: (file: StoneFile) => Promise<T>): Promise<T> {
    const handle = await openForReading(path);
    try {
      const stats = statsOf(handle);
      if (!stats.isFile())
        throw new StoneRefusal(
          stoneError(
            'stone.unreadable',
            { offset: 0 },
            { expected: 'a regular file', found: stats.isDirectory() ? 'a directory' : 'none' },
          ),
        );
      const file = new StoneFile(handle, stats);
      try {
        return await use(file);
      } catch (error) {
        if (error instanceof StoneRefusal) file.checkUnchanged();
        throw error;
      } finally {
        lentBuffers.giveBack(file.windowBuffer);
      }
    } finally {
      await handle.close();
    }
  }

  /** Refuses a file that is not what it was when it was opened: what was read of it may not fit together. */
  checkUnchanged(): void {
    const { size, mtimeNs } = statsOf(this.handle);
    if (size === this.stats.size && mtimeNs === this.stats.mtimeNs) return;
    throw new StoneRefusal(stoneError('stone.file-changed', { offset: 0 }));
  }

  /**
   * Up to `lengthBytes` from `offset`; fewer only at the end of the file. Valid until the next call, which must wait for
   * this one.
   */
  async read(offset: number, lengthBytes: number): Promise<Uint8Array> {
    if (lengthBytes > SMALL_READ_SIZE_BYTES) return this.readThrough(offset, lengthBytes);
    const end = Math.min(offset + lengthBytes, this.sizeBytes);
    if (offset < this.window.offset || end > this.window.offset + this.window.bytes.byteLength) {
      this.window = NO_WINDOW;
      this.window = { offset, bytes: await this.fill(this.windowBuffer, offset) };
    }
    const start = offset - this.window.offset;
    return this.window.bytes.subarray(start, start + lengthBytes);
  }

  private async readThrough(offset: number, lengthBytes: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(lengthBytes, this.sizeBytes - offset));
    return this.fill(Buffer.allocUnsafeSlow(wanted), offset);
  }

  /** Fills a buffer from `offset` on; what is given back is shorter only at the end of the file. */
  async fill(bytes: Uint8Array, offset: number): Promise<Uint8Array> {
    let filled = 0;
    while (filled < bytes.byteLength) {
      const left = bytes.byteLength - filled;
      const { bytesRead } = await this.handle.read(bytes, filled, left, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  /** The bytes of the file’s header; fewer than 32 when the file is shorter. */
  readHeader(): Promise<Uint8Array> {
    return this.read(0, HEADER_SIZE_BYTES);
  }

  /** SHA-256 of the whole file, in 64 lower-case hexadecimal digits. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    await this.scan({ start: 0, end: this.sizeBytes }, (piece) => hash.update(piece));
    return hash.digest('hex');
  }

  /** Shows a range of the file piece by piece; a piece is only valid during the call. */
  async scan(
    range: { readonly start: number; readonly end: number },
    look: (piece: Uint8Array) => void,
  ): Promise<void> {
    const buffer = lentBuffers.borrow(Math.min(SCAN_SIZE_BYTES, range.end - range.start));
    try {
      for (let offset = range.start; offset < range.end;) {
        const room = buffer.subarray(0, Math.min(buffer.byteLength, range.end - offset));
        const piece = await this.fill(room, offset);
        if (piece.byteLength === 0) return;
        look(piece);
        offset += piece.byteLength;
      }
    } finally {
      lentBuffers.giveBack(buffer);
    }
  }

  /** Runs of a range of the file, each of `chunkSizeBytes` but the last, valid until the next one but read ahead. */
  async *chunks(
    range: { readonly start: number; readonly end: number },
    chunkSizeBytes: number,
  ): AsyncGenerator<Uint8Array> {
    const sizeBytes = Math.min(chunkSizeBytes, range.end - range.start);
    if (sizeBytes <= 0) return;
    let buffers = [lentBuffers.borrow(sizeBytes), lentBuffers.borrow(sizeBytes)] as const;
    let offset = range.start;
    const readNext = () => this.fill(buffers[0].subarray(0, range.end - offset), offset);
    let reading = readNext();
    try {
      for (;;) {
        const bytes = await reading;
        if (bytes.byteLength === 0) return;
        offset += bytes.byteLength;
        buffers = [buffers[1], buffers[0]];
        reading = offset < range.end ? readNext() : NOTHING;
        yield bytes;
      }
    } finally {
      await Promise.allSettled([reading]);
      for (const buffer of buffers) lentBuffers.giveBack(buffer);
    }
  }
}

/** On this thread: what is asked about an open file is in memory, and another thread would take longer to be woken. */
function statsOf({ fd }: FileHandle): BigIntStats {
  return fstatSync(fd, { bigint: true });
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    // Opening a pipe would otherwise wait for somebody to write into it.
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const found = error instanceof Error ? error.message : 'unknown';
    throw new StoneRefusal(stoneError('stone.unreadable', { offset: 0 }, { found }));
  }
}
