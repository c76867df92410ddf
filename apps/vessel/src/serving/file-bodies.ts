import { KIB } from '@cairn/std';
import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { parseRange } from './domain/byte-range.js';
import { ReadBuffers } from './read-buffers.js';

/** What one connection may have in memory of a file while the large buffers are in use; ten thousand slow readers cost this each. */
const READ_AHEAD_SIZE_BYTES = 64 * KIB;
/** Files up to this size go out in one piece. */
const WHOLE_SIZE_BYTES_MAX = 64 * KIB;

/** A file whose bytes are asked for. */
interface BodyFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly tag: string;
}

/** Bytes of a file. */
interface Part {
  readonly start: number;
  readonly lengthBytes: number;
}

/** Sends the bytes of open files, or the part of them that a request asks for. */
export class FileBodies {
  private readonly buffers = new ReadBuffers();

  /** Ends the response; resolves when the file is not needed any more. */
  async send(request: IncomingMessage, response: ServerResponse, file: BodyFile): Promise<void> {
    const part = beginBody(request, response, file);
    if (part !== undefined) await this.sendPart(response, file.handle, part);
  }

  private async sendPart(response: ServerResponse, handle: FileHandle, part: Part): Promise<void> {
    const { start, lengthBytes } = part;
    if (lengthBytes <= WHOLE_SIZE_BYTES_MAX) {
      await sendPieces(response, handle, { ...part, buffer: Buffer.allocUnsafe(lengthBytes) });
      return;
    }
    const buffer = this.buffers.take();
    if (buffer === undefined) {
      const options = { start, end: start + lengthBytes - 1, autoClose: false };
      const highWaterMark = READ_AHEAD_SIZE_BYTES;
      await pipeline(handle.createReadStream({ ...options, highWaterMark }), response);
      return;
    }
    try {
      await sendPieces(response, handle, { ...part, buffer });
    } finally {
      this.buffers.giveBack(buffer);
    }
  }
}

/** Sets the status and the headers of the body; what of the file is to follow, nothing when that was all. */
function beginBody(
  request: IncomingMessage,
  response: ServerResponse,
  file: BodyFile,
): Part | undefined {
  const condition = request.headers['if-range'];
  const isRangeWanted = condition === undefined || condition === file.tag;
  const range = isRangeWanted ? parseRange(request.headers.range, file.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.sizeBytes}` }).end();
    return undefined;
  }
  const { start, end } = range === 'whole' ? { start: 0, end: file.sizeBytes - 1 } : range;
  const lengthBytes = end - start + 1;
  response.setHeader('Content-Length', lengthBytes);
  if (range !== 'whole') {
    response.setHeader('Content-Range', `bytes ${start}-${end}/${file.sizeBytes}`);
    response.statusCode = 206;
  }
  if (request.method !== 'HEAD' && lengthBytes > 0) return { start, lengthBytes };
  response.end();
  return undefined;
}

/** Reads into the buffer and has it sent, again and again; it is free afterwards. */
async function sendPieces(
  response: ServerResponse,
  handle: FileHandle,
  { start, lengthBytes, buffer }: Part & { readonly buffer: Buffer },
): Promise<void> {
  for (let sent = 0; sent < lengthBytes; sent += buffer.byteLength) {
    const wanted = Math.min(buffer.byteLength, lengthBytes - sent);
    const { bytesRead } = await handle.read(buffer, 0, wanted, start + sent);
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
