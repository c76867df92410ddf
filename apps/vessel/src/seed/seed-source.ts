import { MIB } from '@cairn/std';
import { decodeIndex, isPackageHash } from '@cairn/stone';
import { findStones, loadCodec, sha256OfFile } from '@cairn/stone-files';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, rm, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { AdminError, EXIT } from './admin-error.js';
import { readAddress } from './read-address.js';

const INDEX_SIZE_BYTES_MAX = 512 * MIB;
const DOWNLOAD_TIMEOUT_MS = 3_600_000;
const TRIES_MAX = 4;
/** Wrong bytes can come from a transfer that broke off; twice they are a lie. */
const LIES_MAX = 2;
const PAUSE_MS = 500;
const SOURCE_NEXT_STEP = 'Give a folder with stones, or the address of a stone.index.';

/** A package file that may be taken in. */
export interface SeedFile {
  /** For messages. */
  readonly label: string;
  readonly url: URL;
  /** What an index says of it; a folder says nothing. */
  readonly listed?: { readonly sha256: string; readonly sizeBytes: number };
}

/** Everything that a source offers: a folder with stones, or a `stone.index` as file or http address. Throws an `AdminError`. */
export async function listSeeds(source: string): Promise<readonly SeedFile[]> {
  if (/^https?:\/\//.test(source)) return listIndex(new URL(source));
  let stones: readonly string[] | undefined;
  try {
    if ((await stat(source)).isDirectory()) stones = await findStones(source);
  } catch (cause) {
    throw new AdminError('vessel.source-unreadable', `${source} cannot be read`, {
      exitCode: EXIT.usage,
      nextStep: SOURCE_NEXT_STEP,
      cause,
    });
  }
  if (stones === undefined) return listIndex(pathToFileURL(resolve(source)));
  if (stones.length === 0) throw invalid(`${source} holds no file *.stone`);
  return stones.map((path) => ({ label: path, url: pathToFileURL(path) }));
}

async function listIndex(url: URL): Promise<readonly SeedFile[]> {
  const bytes = await readAddress(url, INDEX_SIZE_BYTES_MAX).catch((cause: unknown) => {
    const isFile = url.protocol === 'file:';
    throw new AdminError(
      isFile ? 'vessel.source-unreadable' : 'vessel.source-unreachable',
      `${url.href} cannot be read`,
      { exitCode: isFile ? EXIT.usage : EXIT.unreachable, nextStep: SOURCE_NEXT_STEP, cause },
    );
  });
  const index = decodeIndex(bytes, await loadCodec(), { mode: 'tolerant' });
  if (!index.ok) {
    throw invalid(`${url.href} is no good index (${index.error.code}): ${index.error.message}`);
  }
  return index.value.map(({ name, uri = '', hash = '', sizeBytes = -1 }) => {
    const target = URL.parse(uri, url.href);
    if (target === null || !isPackageHash(hash) || sizeBytes < 0) {
      throw invalid(`${url.href} lists ${name} without a usable address, hash or size.`);
    }
    if (target.protocol !== url.protocol && !/^https?:$/.test(target.protocol)) {
      throw invalid(`${url.href} lists ${name} at ${target.protocol}, which is not followed.`);
    }
    return { label: target.href, url: target, listed: { sha256: hash, sizeBytes } };
  });
}

function invalid(message: string): AdminError {
  return new AdminError('vessel.source-invalid', message, {
    exitCode: EXIT.usage,
    nextStep: SOURCE_NEXT_STEP,
  });
}

/** Copies a file to disk and returns what it is; `undefined` when it is not what the index says. Tries again what may pass. */
export async function bring(
  file: SeedFile,
  to: string,
): Promise<{ readonly sha256: string; readonly sizeBytes: number } | undefined> {
  for (let tries = 1; ; tries += 1) {
    try {
      const brought = await copyTo(file, to);
      if (isListed(file, brought)) return brought;
      if (tries === LIES_MAX || brought.sizeBytes < 0) return undefined;
    } catch (error) {
      if (tries === TRIES_MAX || file.url.protocol === 'file:') throw error;
    }
    await rm(to, { force: true });
    if (file.url.protocol === 'file:') return undefined;
    await pause(PAUSE_MS * 2 ** tries);
  }
}

function isListed(
  { listed }: SeedFile,
  brought: { readonly sha256: string; readonly sizeBytes: number },
): boolean {
  return (
    listed === undefined ||
    (listed.sha256 === brought.sha256 && listed.sizeBytes === brought.sizeBytes)
  );
}

async function copyTo(file: SeedFile, to: string) {
  if (file.url.protocol === 'file:') {
    const path = fileURLToPath(file.url);
    // A device or a pipe might never end.
    if (!(await stat(path)).isFile()) throw new Error('It is no regular file.');
    // A copy, never a link: nobody may change the pool by writing to the folder it came from.
    await copyFile(path, to);
    return { sha256: await sha256OfFile(to), sizeBytes: (await stat(to)).size };
  }
  const response = await fetch(file.url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
  if (response.status === 404) return { sha256: '', sizeBytes: -1 };
  if (!response.ok || response.body === null) {
    throw new Error(`${file.url.href} answers with status ${response.status}.`);
  }
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const sizeBytesMax = file.listed?.sizeBytes ?? Number.MAX_SAFE_INTEGER;
  const chunks = response.body as unknown as AsyncIterable<Uint8Array>;
  const hashed = async function* () {
    for await (const chunk of chunks) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > sizeBytesMax) return;
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(hashed()), createWriteStream(to));
  return { sha256: hash.digest('hex'), sizeBytes };
}
