import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { compareText } from './compare-text.js';
import { indexTwin } from './index-twins.js';
import { decodeMetaFile, encodeMetaBlock, joinMetaBlocks } from './meta-file.js';
import { isPackageHash } from './package-names.js';
import type { ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

const NOWHERE = { offset: 0 };

/** Reads a repository index; every entry has `uri`, `hash` and `sizeBytes`. Tolerant of unknown tags and types, and of twins, by default. */
export function decodeIndex(
  bytes: Uint8Array,
  codec: Codec,
  options: { readonly mode?: ReadMode } = {},
): Result<StonePackage[], StoneError> {
  const mode = options.mode ?? 'tolerant';
  const blocks = decodeMetaFile(bytes, codec, {
    mode,
    purpose: 'index-entry',
    fileType: 'repository',
  });
  if (!blocks.ok) return blocks;
  const packages = blocks.value.map(({ stonePackage }) => stonePackage);
  const error = mode === 'strict' ? indexTwin(packages) : undefined;
  return error === undefined ? ok(packages) : { ok: false, error };
}

/** The orders that writers of the field use: a repository manager’s, and that of `moss index`. */
export type IndexOrder = 'source-id' | 'name';

/** Writes a repository index, by source id and name unless told otherwise; entries must have `uri`, `hash` and `sizeBytes`. */
export function encodeIndex(
  packages: readonly StonePackage[],
  codec: Codec,
  options: { readonly order?: IndexOrder } = {},
): Result<Uint8Array, StoneError> {
  const compare = options.order === 'name' ? compareNames : compareIndexEntries;
  const blocks: Uint8Array[] = [];
  for (const stonePackage of [...packages].sort(compare)) {
    const block = encodeIndexEntry(stonePackage, codec);
    if (!block.ok) return block;
    blocks.push(block.value);
  }
  return joinMetaBlocks('repository', blocks);
}

/** The block of one index entry. */
export function encodeIndexEntry(
  stonePackage: StonePackage,
  codec: Codec,
): Result<Uint8Array, StoneError> {
  const { uri, hash = '', sizeBytes } = stonePackage;
  if (uri === undefined || sizeBytes === undefined) {
    const expected = uri === undefined ? 'package-uri' : 'package-size';
    return refuse('stone.meta-missing', NOWHERE, { expected });
  }
  if (!isPackageHash(hash))
    return refuse('stone.index-hash', NOWHERE, { found: JSON.stringify(hash) });
  return encodeMetaBlock(stonePackage, 'index-entry', codec);
}

/** Order of a repository manager’s index: by source id, then by name, bytewise. */
export function compareIndexEntries(a: StonePackage, b: StonePackage): number {
  return compareText(a.sourceId, b.sourceId) || compareText(a.name, b.name);
}

function compareNames(a: StonePackage, b: StonePackage): number {
  return compareText(a.name, b.name);
}
