import { AppError, ARTEFACT_CHUNK_SIZE_BYTES_MAX, type Collectable } from '@cairn/contracts';
import { err, MIB, ok, type Result } from '@cairn/std';
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import { constants, createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { ArtefactPiece } from './artefact.gateway.js';
import type { Refusal } from './domain/check-artefacts.js';
import type { RequestWindow } from './request-window.js';

/** Requests that one import may have under way, over all its artefacts. */
export const REQUESTS_IN_FLIGHT_MAX = 16;

export interface ArtefactFetch {
  readonly collectable: Collectable;
  /** Where the bytes go; what lies there from an earlier try is used. */
  readonly path: string;
  readonly read: (range: {
    readonly sha256: string;
    readonly offset: number;
    readonly lengthBytes: number;
  }) => Promise<ArtefactPiece>;
  readonly window: RequestWindow;
  /** Called for each piece that has been written. */
  readonly onProgress: () => void;
  readonly signal: AbortSignal;
}

type FetchResult = Result<void, Refusal>;

/**
 * Brings one artefact to disk and checks its size and hash. A refusal is final; what may pass (builder away, disk full)
 * is thrown, and the next try goes on where this one ended.
 */
export async function fetchArtefact(fetch: ArtefactFetch): Promise<FetchResult> {
  const { sha256, name, sizeBytes } = fetch.collectable;
  const handle = await open(fetch.path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const { size } = await handle.stat();
    const kept = size <= sizeBytes ? size : 0;
    // A crash of the machine can leave wrong bytes behind; only bytes of one go are held against the builder.
    for (const offset of kept > 0 ? [kept, 0] : [0]) {
      const hash = createHash('sha256');
      if (offset > 0) await hashFile(hash, fetch.path);
      else await handle.truncate(0);
      const fetched = await fetchFrom(fetch, { handle, hash, offset });
      if (!fetched.ok) return fetched;
      if (hash.digest('hex') === sha256) return ok(undefined);
    }
    return refuse(
      'artefacts.hash-mismatch',
      `The bytes of ${name} do not have the announced hash.`,
    );
  } finally {
    await handle.close();
  }
}

/** Asks for pieces ahead and writes them in order, so that what lies on disk is always a beginning of the artefact. */
async function fetchFrom(
  fetch: ArtefactFetch,
  from: { readonly handle: FileHandle; readonly hash: Hash; readonly offset: number },
): Promise<FetchResult> {
  const { sizeBytes, name } = fetch.collectable;
  const ahead: Promise<ArtefactPiece>[] = [];
  let askedTo = from.offset;
  let writtenTo = from.offset;
  while (writtenTo < sizeBytes) {
    while (askedTo < sizeBytes && ahead.length < REQUESTS_IN_FLIGHT_MAX) {
      const lengthBytes = Math.min(ARTEFACT_CHUNK_SIZE_BYTES_MAX, sizeBytes - askedTo);
      ahead.push(ask(fetch, askedTo, lengthBytes));
      askedTo += lengthBytes;
    }
    const lengthBytes = Math.min(ARTEFACT_CHUNK_SIZE_BYTES_MAX, sizeBytes - writtenTo);
    const piece = await orAborted(ahead.shift(), fetch.signal);
    if (piece?.sizeBytes !== sizeBytes) {
      return refuse(
        'artefacts.size-mismatch',
        `${name} was announced with ${sizeBytes} bytes and has ${piece?.sizeBytes ?? 0}.`,
      );
    }
    if (piece.bytes.byteLength !== lengthBytes) {
      throw new AppError('contract.invalid-reply', `A piece of ${name} has the wrong length.`);
    }
    await writeAll(from.handle, piece.bytes, writtenTo);
    from.hash.update(piece.bytes);
    writtenTo += lengthBytes;
    fetch.onProgress();
  }
  return ok(undefined);
}

function ask(fetch: ArtefactFetch, offset: number, lengthBytes: number): Promise<ArtefactPiece> {
  const piece = fetch.window.run(() => {
    fetch.signal.throwIfAborted();
    return fetch.read({ sha256: fetch.collectable.sha256, offset, lengthBytes });
  });
  // An earlier piece may end the fetch before anybody waits for this one.
  piece.catch(() => undefined);
  return piece;
}

/** Whatever comes first: what was asked for may take long to fail, and nobody waits for it any more. */
async function orAborted<T>(
  asked: Promise<T> | undefined,
  signal: AbortSignal,
): Promise<T | undefined> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const aborted = once(signal, 'abort', { signal: ending.signal }).then(
    () => signal.throwIfAborted(),
    () => undefined,
  );
  try {
    await Promise.race([asked, aborted]);
    return await asked;
  } finally {
    ending.abort();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength;) {
    const { bytesWritten } = await handle.write(
      bytes,
      done,
      bytes.byteLength - done,
      position + done,
    );
    done += bytesWritten;
  }
}

async function hashFile(hash: Hash, path: string): Promise<void> {
  const chunks = createReadStream(path, { highWaterMark: MIB });
  for await (const chunk of chunks as AsyncIterable<Uint8Array>) hash.update(chunk);
}

function refuse(code: Refusal['code'], message: string): FetchResult {
  return err({ code, message });
}
