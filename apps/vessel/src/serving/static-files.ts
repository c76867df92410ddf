import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { KIB } from '@cairn/std';
import { hasCode } from '../pool/durable-files.js';
import { parseRange } from './domain/byte-range.js';
import {
  acceptsZstd,
  cacheControlOf,
  contentTypeOf,
  hasCompressedTwin,
  matchesTag,
} from './domain/file-headers.js';
import type { RequestPath } from './domain/request-path.js';

/** What one connection may have in memory of a file; ten thousand slow readers cost this each. */
const READ_AHEAD_SIZE_BYTES = 64 * KIB;
/** Files up to this size go out in one piece. */
const WHOLE_SIZE_BYTES_MAX = 64 * KIB;

/** What there is at a path. */
export type Served = 'sent' | 'directory' | 'absent';

interface OpenFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly tag: string;
  readonly modifiedAt: Date;
}

/** Sends files of the public folder. The bytes go out as they lie there; only JSON may be sent by its compressed twin. */
export class StaticFiles {
  constructor(private readonly publicDir: string) {}

  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    path: RequestPath,
  ): Promise<Served> {
    const name = path.segments.at(-1) ?? '';
    const file = join(this.publicDir, ...path.segments);
    if (hasCompressedTwin(name)) {
      response.setHeader('Vary', 'Accept-Encoding');
      if (acceptsZstd(request.headers['accept-encoding'])) {
        const twin = await openFile(`${file}.zst`);
        if (typeof twin === 'object') {
          response.setHeader('Content-Encoding', 'zstd');
          return this.send(request, response, { file: twin, name, path });
        }
      }
    }
    const opened = await openFile(file);
    if (typeof opened !== 'object') return opened;
    return this.send(request, response, { file: opened, name, path });
  }

  private async send(
    request: IncomingMessage,
    response: ServerResponse,
    what: { readonly file: OpenFile; readonly name: string; readonly path: RequestPath },
  ): Promise<'sent'> {
    const { file, name, path } = what;
    try {
      response.setHeader('ETag', file.tag);
      response.setHeader('Last-Modified', file.modifiedAt.toUTCString());
      response.setHeader('Cache-Control', cacheControlOf(path.segments));
      response.setHeader('Content-Type', contentTypeOf(name));
      response.setHeader('Accept-Ranges', 'bytes');
      if (isNotModified(request, file)) {
        response.writeHead(304).end();
        return 'sent';
      }
      await sendBody(request, response, file);
    } finally {
      await file.handle.close();
    }
    return 'sent';
  }
}

async function sendBody(
  request: IncomingMessage,
  response: ServerResponse,
  file: OpenFile,
): Promise<void> {
  const condition = request.headers['if-range'];
  const isRangeWanted = condition === undefined || condition === file.tag;
  const range = isRangeWanted ? parseRange(request.headers.range, file.sizeBytes) : 'whole';
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.sizeBytes}` }).end();
    return;
  }
  const { start, end } = range === 'whole' ? { start: 0, end: file.sizeBytes - 1 } : range;
  const lengthBytes = end - start + 1;
  response.setHeader('Content-Length', lengthBytes);
  if (range !== 'whole') {
    response.setHeader('Content-Range', `bytes ${start}-${end}/${file.sizeBytes}`);
    response.statusCode = 206;
  }
  if (request.method === 'HEAD' || lengthBytes === 0) {
    response.end();
    return;
  }
  if (lengthBytes <= WHOLE_SIZE_BYTES_MAX) {
    const bytes = Buffer.allocUnsafe(lengthBytes);
    const { bytesRead } = await file.handle.read(bytes, 0, lengthBytes, start);
    response.end(bytes.subarray(0, bytesRead));
    return;
  }
  const stream = file.handle.createReadStream({
    start,
    end,
    highWaterMark: READ_AHEAD_SIZE_BYTES,
    autoClose: false,
  });
  await pipeline(stream, response);
}

function isNotModified(request: IncomingMessage, file: OpenFile): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) return matchesTag(tags, file.tag);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return Math.floor(file.modifiedAt.getTime() / 1_000) * 1_000 <= since;
}

async function openFile(path: string): Promise<OpenFile | 'directory' | 'absent'> {
  let handle: FileHandle;
  try {
    // Not following a link at the end, and not waiting for the writer of a pipe.
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (ABSENT_CODES.some((code) => hasCode(error, code))) return 'absent';
    throw error;
  }
  const stat = await handle.stat({ bigint: true });
  if (stat.isFile()) {
    const tag = `"${stat.size.toString(36)}-${stat.mtimeNs.toString(36)}-${stat.ino.toString(36)}"`;
    return { handle, tag, sizeBytes: Number(stat.size), modifiedAt: stat.mtime };
  }
  await handle.close();
  return stat.isDirectory() ? 'directory' : 'absent';
}

const ABSENT_CODES = ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EISDIR', 'ENXIO'] as const;
