import { KIB } from '@cairn/std';
import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from './domain/byte-range.js';
import { ReadBuffers } from './read-buffers.js';

/** What one connection may have in memory of a file while the large buffers are in use; ten thousand slow readers cost this each. */
const READ_AHEAD_SIZE_BYTES = 64 * KIB;
/** Files up to this size go out in one piece. */
const WHOLE_SIZE_BYTES_MAX = 64 * KIB;

/** Sends bytes of open files. */
export class FileBodies {
  private readonly buffers = new ReadBuffers();

  /** Ends the response; resolves when the file is not needed any more. */
  async send(handle: FileHandle, response: ServerResponse, range: ByteRange): Promise<void> {
    const { start, end } = range;
    const lengthBytes = end - start + 1;
    if (lengthBytes <= WHOLE_SIZE_BYTES_MAX) {
      await sendPieces(response, handle, { ...range, buffer: Buffer.allocUnsafe(lengthBytes) });
      return;
    }
    const buffer = this.buffers.take();
    if (buffer === undefined) {
      const options = { ...range, autoClose: false };
      const highWaterMark = READ_AHEAD_SIZE_BYTES;
      await pipeline(handle.createReadStream({ ...options, highWaterMark }), response);
      return;
    }
    try {
      await sendPieces(response, handle, { ...range, buffer });
    } finally {
      this.buffers.giveBack(buffer);
    }
  }
}

/** Reads into the buffer and has it sent, again and again; it is free afterwards. */
async function sendPieces(
  response: ServerResponse,
  handle: FileHandle,
  { start, end, buffer }: ByteRange & { readonly buffer: Buffer },
): Promise<void> {
  for (let from = start; from <= end; from += buffer.byteLength) {
    const wanted = Math.min(buffer.byteLength, end - from + 1);
    const { bytesRead } = await handle.read(buffer, 0, wanted, from);
    if (bytesRead < wanted) {
      // Somebody made it shorter: the reader must not wait for what was announced.
      response.destroy();
      return;
    }
    // The reader may have gone while the disk was asked.
    if (response.destroyed) return;
    await isTaken(response, buffer.subarray(0, bytesRead));
  }
  response.end();
}

/** Resolves when the kernel has the bytes, or the connection is gone. */
function isTaken(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.write(bytes, () => {
      response.off('close', resolve);
      resolve();
    });
  });
}
