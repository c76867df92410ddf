import type { Result } from '@cairn/std';
import {
  readMetaSlot,
  readPackageMeta,
  type ReadMode,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './codec.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse } from './stone-refusal.js';

/** Header and Meta of nearly every real package fit into this first read. */
const FIRST_READ_SIZE_BYTES = 4_096;

/** A package file’s description and size. */
export interface ReadStone {
  readonly package: StonePackage;
  readonly sizeBytes: number;
}

/** Reads a package’s description; nothing behind its Meta payload is touched. */
export function readStone(
  path: string,
  options: { readonly mode?: ReadMode } = {},
): Promise<Result<ReadStone, StoneError>> {
  return asResult('stone.unreadable', () =>
    StoneFile.with(path, (file) => readMeta(file, options.mode)),
  );
}

async function readMeta(file: StoneFile, mode: ReadMode = 'strict'): Promise<ReadStone> {
  const fileSizeBytes = file.sizeBytes;
  let bytes = await file.read(0, FIRST_READ_SIZE_BYTES);
  const slot = orRefuse(readMetaSlot(bytes, fileSizeBytes));
  const endOffset = slot.bodyOffset + slot.storedSizeBytes;
  if (endOffset > bytes.byteLength) bytes = await file.read(0, endOffset);
  const stonePackage = orRefuse(readPackageMeta(bytes, await loadCodec(), { fileSizeBytes, mode }));
  return { package: stonePackage, sizeBytes: fileSizeBytes };
}
