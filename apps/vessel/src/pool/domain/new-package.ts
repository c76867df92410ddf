import { ok, type Result } from '@cairn/std';
import { poolPath, type Codec, type StoneError, type StonePackage } from '@cairn/stone';
import { encodeIndexBlock } from './index-block.js';
import type { PackageFile } from './package-file.js';

/** A package that was read and checked, ready to be stored. */
export interface NewPackage {
  readonly description: StonePackage;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Path below a channel. */
  readonly poolPath: string;
  readonly indexBlock: Uint8Array;
  readonly files: readonly PackageFile[];
}

/** Adds what follows from a package's description; the error says why no index can list it. */
export function newPackage(
  checked: Pick<NewPackage, 'description' | 'sha256' | 'sizeBytes' | 'files'>,
  codec: Codec,
): Result<NewPackage, StoneError> {
  const block = encodeIndexBlock(checked, codec);
  if (!block.ok) return block;
  return ok({ ...checked, poolPath: poolPath(checked.description), indexBlock: block.value });
}
