import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { err, MIB, MINUTE_MS, ok, type Result } from '@cairn/std';
import { download } from './download.js';
import { type DownloadError, type Resumption } from './judged-request.js';

/** A file wanted by its SHA-256. */
export interface ContentOrder {
  /** Lower-case hexadecimal SHA-256. */
  readonly sha256: string;
  /** Folders or addresses of folders that hold files named by their SHA-256; asked in this order. */
  readonly lookaside: readonly string[];
  /** Asked last; undefined when the network must not be asked. */
  readonly url: string | undefined;
  readonly sizeMaxBytes: number;
  readonly allowPrivateTargets: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (message: string) => void;
}

/** Why a file could not be had. */
export interface ContentError {
  readonly code:
    | 'content.unreachable'
    | 'content.hash-mismatch'
    | 'content.refused'
    | 'content.too-large'
    | 'content.bad-hash'
    | 'content.cancelled';
  readonly message: string;
}

export const DOWNLOAD_TIMEOUT_MS = 30 * MINUTE_MS;
const TRIES = 4;
const RETRY_PAUSE_MS = 500;
const SHA256 = /^[0-9a-f]{64}$/;

/** A cache of files named by their SHA-256. Several processes may use one folder. */
export class ContentStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The path of a verified file: from the cache, a lookaside, or the network, in this order. */
  async fetch(order: ContentOrder): Promise<Result<string, ContentError>> {
    if (!SHA256.test(order.sha256))
      return err({ code: 'content.bad-hash', message: 'The hash is not a lower-case SHA-256.' });
    const target = path.join(this.#dir, order.sha256.slice(0, 2), order.sha256);
    if ((await sha256Of(target)) === order.sha256) return ok(target);
    await mkdir(path.dirname(target), { recursive: true });
    for (const place of order.lookaside) {
      if (await this.#fromLookaside(place, target, order)) return ok(target);
    }
    if (order.url === undefined)
      return err({
        code: 'content.unreachable',
        message: 'No cache or lookaside has the file, and the network is not allowed.',
      });
    return this.#fromNetwork(order.url, target, order);
  }

  async #fromLookaside(place: string, target: string, order: ContentOrder): Promise<boolean> {
    const part = `${target}.${randomUUID()}.part`;
    try {
      if (/^https?:\/\//.test(place)) {
        const url = `${place.replace(/\/+$/, '')}/${order.sha256}`;
        // The operator named this place, so it may lie on the inside.
        const fetched = await download({
          ...order,
          url,
          target: part,
          timeoutMs: DOWNLOAD_TIMEOUT_MS,
          allowPrivateTargets: true,
        });
        if (!fetched.ok || fetched.value.sha256 !== order.sha256) return false;
      } else {
        await copyFile(path.join(place, order.sha256), part);
        if ((await sha256Of(part)) !== order.sha256) return false;
      }
      await rename(part, target);
      order.onProgress?.('found in a lookaside');
      return true;
    } catch {
      // A lookaside that lacks the file, or is gone, is no error: the next place is asked.
      return false;
    } finally {
      await rm(part, { force: true });
    }
  }

  async #fromNetwork(
    url: string,
    target: string,
    order: ContentOrder,
  ): Promise<Result<string, ContentError>> {
    const part = `${target}.${randomUUID()}.part`;
    try {
      const found = await this.#fetchPart(url, part, order);
      if (!found.ok) return found;
      if (found.value !== order.sha256) {
        return err({
          code: 'content.hash-mismatch',
          message: `${url} has the SHA-256 ${found.value}, not ${order.sha256}.`,
        });
      }
      await rename(part, target);
      return ok(target);
    } finally {
      await rm(part, { force: true });
    }
  }

  async #fetchPart(
    url: string,
    part: string,
    order: ContentOrder,
  ): Promise<Result<string, ContentError>> {
    if (url.startsWith('file:')) return copyLocal(url, part, order);
    let resumption: Resumption | undefined;
    for (let attempt = 1; ; attempt += 1) {
      const isRest = resumption !== undefined;
      order.onProgress?.(isRest ? `downloading the rest of ${url}` : `downloading ${url}`);
      const fetched = await download({
        ...order,
        url,
        target: part,
        timeoutMs: DOWNLOAD_TIMEOUT_MS,
        onBytes: (doneBytes, totalBytes) => order.onProgress?.(progressText(doneBytes, totalBytes)),
        ...(resumption === undefined ? {} : { resumption }),
      });
      if (fetched.ok) return ok(fetched.value.sha256);
      if (attempt === TRIES || fetched.error.code !== 'download.unreachable')
        return err(contentError(fetched.error, url));
      // A server that does not send the rest is asked for the whole file the next time.
      resumption = fetched.error.resumption;
      order.onProgress?.(`${fetched.error.message} Trying again.`);
      // Cancelled while waiting: the next try says so.
      await sleep(RETRY_PAUSE_MS * 2 ** attempt, undefined, { signal: order.signal }).catch(
        () => undefined,
      );
    }
  }
}

function progressText(doneBytes: number, totalBytes: number | undefined): string {
  const done = (doneBytes / MIB).toFixed(1);
  return totalBytes === undefined
    ? `${done} MiB`
    : `${done} of ${(totalBytes / MIB).toFixed(1)} MiB`;
}

async function copyLocal(
  url: string,
  part: string,
  order: ContentOrder,
): Promise<Result<string, ContentError>> {
  if (!order.allowPrivateTargets)
    return err({
      code: 'content.refused',
      message: 'Local files are not allowed as upstreams here.',
    });
  try {
    const file = fileURLToPath(url);
    if ((await stat(file)).size > order.sizeMaxBytes)
      return err({
        code: 'content.too-large',
        message: `${url} is larger than ${order.sizeMaxBytes} bytes.`,
      });
    await copyFile(file, part);
    return ok((await sha256Of(part)) ?? '');
  } catch {
    return err({ code: 'content.unreachable', message: `${url} cannot be read.` });
  }
}

function contentError(error: DownloadError, url: string): ContentError {
  const message = `${url}: ${error.message}`;
  switch (error.code) {
    case 'download.refused':
      return { code: 'content.refused', message };
    case 'download.too-large':
      return { code: 'content.too-large', message };
    case 'download.cancelled':
      return { code: 'content.cancelled', message };
    case 'download.unreachable':
    case 'download.not-found':
    case 'download.time-limit':
      return { code: 'content.unreachable', message };
  }
}

/** Lower-case hexadecimal SHA-256 of a file, or undefined when it cannot be read. */
export async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
