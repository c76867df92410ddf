import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseRange, type ByteRange } from './domain/byte-range.js';
import { cacheControlOf, contentTypeOf, matchesTag } from './domain/file-headers.js';
import type { RequestPath } from './domain/request-path.js';

/** What there is at a path. */
export type Served = 'sent' | 'directory' | 'absent';

/** A file that can be sent, wherever its bytes lie. */
export interface SendableFile {
  readonly sizeBytes: number;
  readonly tag: string;
  readonly modifiedAt: Date;
  /** Sends bytes that the file has and ends the response; headers and status are set. */
  send(response: ServerResponse, range: ByteRange): Promise<void>;
}

type FileFacts = Pick<SendableFile, 'tag' | 'modifiedAt'>;

/** Answers a GET or HEAD for a file: all of it, one range, or that nothing has changed. */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  what: { readonly file: SendableFile; readonly path: RequestPath },
): Promise<void> {
  const { file, path } = what;
  describe(response, path, file);
  if (isNotModified(request, file)) {
    response.writeHead(304).end();
    return;
  }
  const condition = request.headers['if-range'];
  const isRangeWanted = condition === undefined || condition === file.tag;
  const wanted = isRangeWanted ? parseRange(request.headers.range, file.sizeBytes) : 'whole';
  if (wanted === 'unsatisfiable') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.sizeBytes}` }).end();
    return;
  }
  const range = wanted === 'whole' ? { start: 0, end: file.sizeBytes - 1 } : wanted;
  const lengthBytes = range.end - range.start + 1;
  response.setHeader('Content-Length', lengthBytes);
  if (wanted !== 'whole') {
    response.setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.sizeBytes}`);
    response.statusCode = 206;
  }
  if (request.method === 'HEAD' || lengthBytes === 0) response.end();
  else await file.send(response, range);
}

/** The headers that every answer about a file has. */
export function describe(response: ServerResponse, path: RequestPath, file: FileFacts): void {
  response.setHeader('ETag', file.tag);
  response.setHeader('Last-Modified', file.modifiedAt.toUTCString());
  response.setHeader('Cache-Control', cacheControlOf(path.segments));
  response.setHeader('Content-Type', contentTypeOf(path.segments.at(-1) ?? ''));
  response.setHeader('Accept-Ranges', 'bytes');
}

/** Whether the client has the file already, by what it says. */
export function isNotModified(request: IncomingMessage, file: FileFacts): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) return matchesTag(tags, file.tag);
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return Math.floor(file.modifiedAt.getTime() / 1_000) * 1_000 <= since;
}
