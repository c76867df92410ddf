import { webcrypto } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { mapInParallel, MIB, type Result } from '@cairn/std';
import { readMetaSlot, readPackageMeta, type StoneError, type StonePackage } from '@cairn/stone';
import { loadCodec } from './codec.js';
import { sha256OfBytes } from './file-hash.js';
import { lentBuffers } from './lent-buffers.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse } from './stone-refusal.js';

/** Files up to this size are hashed in one piece, on another thread. */
const WHOLE_SIZE_BYTES_MAX = 8 * MIB;
const CHUNK_SIZE_BYTES = MIB;
const FILES_PER_CORE = 4;

let hashesElsewhere = 0;

/** Reads a package’s description and hashes the file: what an index says of it, but for its `uri`. */
export function describeStone(path: string): Promise<Result<StonePackage, StoneError>> {
  return asResult('stone.unreadable', () => StoneFile.with(path, describe));
}

/** Describes many packages, several at once; results in the order of the paths. */
export function describeStones(
  paths: readonly string[],
  onProgress?: (doneFiles: number, totalFiles: number) => void,
): Promise<Result<StonePackage, StoneError>[]> {
  let doneFiles = 0;
  return mapInParallel(paths, FILES_PER_CORE * availableParallelism(), async (path) => {
    const result = await describeStone(path);
    onProgress?.(++doneFiles, paths.length);
    return result;
  });
}

async function describe(file: StoneFile): Promise<StonePackage> {
  const isSmall = file.sizeBytes <= WHOLE_SIZE_BYTES_MAX;
  const buffer = lentBuffers.borrow(isSmall ? file.sizeBytes : CHUNK_SIZE_BYTES);
  try {
    const head = await file.fill(buffer, 0);
    const hashing = isSmall ? sha256(head) : file.sha256();
    const [hash, stonePackage] = await Promise.all([hashing, readDescription(file, head)]);
    file.checkUnchanged();
    return { ...stonePackage, hash, sizeBytes: file.sizeBytes };
  } finally {
    lentBuffers.giveBack(buffer);
  }
}

async function readDescription(file: StoneFile, head: Uint8Array): Promise<StonePackage> {
  const fileSizeBytes = file.sizeBytes;
  const slot = orRefuse(readMetaSlot(head, fileSizeBytes));
  const endOffset = slot.bodyOffset + slot.storedSizeBytes;
  const bytes = endOffset <= head.byteLength ? head : await file.read(0, endOffset);
  return orRefuse(readPackageMeta(bytes, await loadCodec(), { fileSizeBytes }));
}

/**
 * On another thread as long as one is free; this thread, which would only wait, hashes the rest. Both cores of a small
 * machine are busy then.
 */
async function sha256(bytes: Uint8Array): Promise<string> {
  if (hashesElsewhere >= availableParallelism() - 1) return sha256OfBytes(bytes);
  hashesElsewhere++;
  try {
    return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes)).toString('hex');
  } finally {
    hashesElsewhere--;
  }
}
