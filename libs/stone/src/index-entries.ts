import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { decodeMetaFile, joinMetaBlocks } from './meta-file.js';
import { compareIndexEntries, encodeIndexEntry } from './package-index.js';
import { payloadEnd } from './payload-scan.js';
import type { ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

/** Compressed Meta payloads by package hash and URI; the same file at the same place always has the same block. */
export type BlockCache = Map<string, Uint8Array>;

/** One package of an index: its description, and its payload’s bytes as they stand in the file. */
export interface MetaBlock {
  readonly stonePackage: StonePackage;
  readonly block: Uint8Array;
}

/** An index that can be changed: its entries in order, each with its block as it stands in the file. */
export interface PackageIndex {
  readonly entries: readonly MetaBlock[];
}

/** What distinguishes two entries of one index: a name exists once for each architecture. */
export type IndexKey = Pick<StonePackage, 'name' | 'architecture'>;

export const EMPTY_INDEX: PackageIndex = { entries: [] };

/** Reads an index for changing it; blocks are kept as they are, so unchanged entries keep their bytes. */
export function openIndex(
  bytes: Uint8Array,
  codec: Codec,
  options: { readonly mode?: ReadMode } = {},
): Result<PackageIndex, StoneError> {
  const mode = options.mode ?? 'tolerant';
  const decoded = decodeMetaFile(bytes, codec, {
    mode,
    purpose: 'index-entry',
    fileType: 'repository',
  });
  if (!decoded.ok) return decoded;
  const seen = new Set<string>();
  for (const { stonePackage } of decoded.value) {
    const key = keyOf(stonePackage);
    if (seen.has(key)) {
      return refuse('stone.index-name-duplicate', { offset: 0 }, { found: stonePackage.name });
    }
    seen.add(key);
  }
  const blocks = decoded.value.map(({ stonePackage, slot }) => ({
    stonePackage,
    block: bytes.subarray(slot.headerOffset, payloadEnd(slot)),
  }));
  return ok({ entries: sorted(blocks) });
}

/** The index with packages added; an entry of the same name and architecture is replaced. */
export function addToIndex(
  index: PackageIndex,
  packages: readonly StonePackage[],
  codec: Codec,
  cache: BlockCache = new Map(),
): Result<PackageIndex, StoneError> {
  const added = new Map<string, MetaBlock>();
  for (const stonePackage of packages) {
    const block = cachedBlock(stonePackage, codec, cache);
    if (!block.ok) return block;
    added.set(keyOf(stonePackage), { stonePackage, block: block.value });
  }
  const kept = index.entries.filter(({ stonePackage }) => !added.has(keyOf(stonePackage)));
  return ok({ entries: merge(kept, sorted([...added.values()])) });
}

/** The index without the named entries; names that are not there are ignored. */
export function removeFromIndex(index: PackageIndex, keys: readonly IndexKey[]): PackageIndex {
  const removed = new Set(keys.map(keyOf));
  return { entries: index.entries.filter(({ stonePackage }) => !removed.has(keyOf(stonePackage))) };
}

/** The file: a header and the blocks. Refuses more entries than the header can count. */
export function indexBytes(index: PackageIndex): Result<Uint8Array, StoneError> {
  return joinMetaBlocks(
    'repository',
    index.entries.map(({ block }) => block),
  );
}

/** The block of an entry, compressed only when the cache does not hold it yet. */
function cachedBlock(
  stonePackage: StonePackage,
  codec: Codec,
  cache: BlockCache,
): Result<Uint8Array, StoneError> {
  const key = `${stonePackage.hash ?? ''} ${stonePackage.uri ?? ''}`;
  const cached = cache.get(key);
  if (cached !== undefined) return ok(cached);
  const block = encodeIndexEntry(stonePackage, codec);
  if (block.ok) cache.set(key, block.value);
  return block;
}

function sorted(entries: readonly MetaBlock[]): MetaBlock[] {
  return [...entries].sort((a, b) => compareIndexEntries(a.stonePackage, b.stonePackage));
}

/** Two sorted lists as one. */
function merge(left: readonly MetaBlock[], right: readonly MetaBlock[]): MetaBlock[] {
  const merged: MetaBlock[] = [];
  let at = 0;
  for (const entry of left) {
    for (let next = right[at]; next !== undefined && isBefore(next, entry); next = right[++at]) {
      merged.push(next);
    }
    merged.push(entry);
  }
  return [...merged, ...right.slice(at)];
}

function isBefore(a: MetaBlock, b: MetaBlock): boolean {
  return compareIndexEntries(a.stonePackage, b.stonePackage) < 0;
}

function keyOf({ name, architecture }: IndexKey): string {
  return `${architecture} ${name}`;
}
