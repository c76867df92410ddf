import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { err, ok, type Result } from '@cairn/std';
import {
  downloadError,
  DownloadFailed,
  follow,
  type DownloadError,
  type Resumption,
} from './judged-request.js';

export interface DownloadOrder {
  readonly url: string;
  /** File to write; replaced when present. */
  readonly target: string;
  /** Goes on behind the bytes that the target holds, if the server still has that very file. */
  readonly resumption?: Resumption;
  /** Told every few seconds; the total is undefined where the server does not say it. */
  readonly onBytes?: (doneBytes: number, totalBytes: number | undefined) => void;
  readonly sizeMaxBytes: number;
  readonly timeoutMs: number;
  readonly allowPrivateTargets: boolean;
  readonly signal: AbortSignal;
}

/** What arrived. */
export interface Download {
  readonly sizeBytes: number;
  readonly sha256: string;
}

const PROGRESS_MS = 5_000;

/** Downloads one file by http or https. Every redirect is judged like the first address. */
export async function download(order: DownloadOrder): Promise<Result<Download, DownloadError>> {
  const offsetBytes = order.resumption === undefined ? 0 : await sizeOf(order.target);
  const range =
    order.resumption === undefined || offsetBytes === 0
      ? {}
      : { range: `bytes=${offsetBytes}-`, 'if-range': order.resumption.validator };
  return follow({ ...order, headers: range }, async ({ response, deadline }) => {
    if (response.statusCode === 200) return receive(response, { order, deadline, offsetBytes: 0 });
    const isRest =
      response.statusCode === 206 &&
      response.headers['content-range']?.startsWith(`bytes ${offsetBytes}-`) === true;
    return isRest ? receive(response, { order, deadline, offsetBytes }) : refusedStatus(response);
  });
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

async function receive(
  response: IncomingMessage,
  more: {
    readonly order: DownloadOrder;
    readonly deadline: AbortSignal;
    readonly offsetBytes: number;
  },
): Promise<Result<Download, DownloadError>> {
  const { order, deadline, offsetBytes } = more;
  const announced = response.headers['content-length'];
  const totalBytes = announced === undefined ? undefined : offsetBytes + Number(announced);
  if ((totalBytes ?? 0) > order.sizeMaxBytes) {
    response.destroy();
    return err(tooLarge(order));
  }
  const hash = createHash('sha256');
  if (offsetBytes > 0) await hashFile(order.target, hash);
  let sizeBytes = offsetBytes;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.byteLength;
      hash.update(chunk);
      done(sizeBytes > order.sizeMaxBytes ? new DownloadFailed(tooLarge(order)) : null, chunk);
    },
  });
  const target = createWriteStream(order.target, {
    mode: 0o644,
    flags: offsetBytes > 0 ? 'a' : 'w',
  });
  const progress = setInterval(() => order.onBytes?.(sizeBytes, totalBytes), PROGRESS_MS);
  try {
    await pipeline(response, meter, target, { signal: deadline });
  } catch (error) {
    return err({ ...downloadError(error, { order, deadline }), ...resumptionOf(response) });
  } finally {
    clearInterval(progress);
  }
  if (!response.complete)
    return err({
      code: 'download.unreachable',
      message: 'The connection ended in the middle of the file.',
      ...resumptionOf(response),
    });
  return ok({ sizeBytes, sha256: hash.digest('hex') });
}

async function hashFile(file: string, hash: Hash): Promise<void> {
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
}

function resumptionOf({ headers }: IncomingMessage): Pick<DownloadError, 'resumption'> {
  const isStrong = headers.etag !== undefined && !headers.etag.startsWith('W/');
  const validator = isStrong ? headers.etag : headers['last-modified'];
  return validator === undefined ? {} : { resumption: { validator } };
}

function tooLarge(order: DownloadOrder): DownloadError {
  return {
    code: 'download.too-large',
    message: `The file is larger than ${order.sizeMaxBytes} bytes.`,
  };
}

function refusedStatus(response: IncomingMessage): Result<never, DownloadError> {
  response.destroy();
  const status = response.statusCode ?? 0;
  const missing = status === 404 || status === 410;
  return err({
    code: missing ? 'download.not-found' : 'download.unreachable',
    message: `The server answered with status ${status}.`,
  });
}
