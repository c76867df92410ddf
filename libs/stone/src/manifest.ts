import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { compareText } from './compare-text.js';
import { decodeMetaFile, encodeMetaBlock, joinMetaBlocks } from './meta-file.js';
import type { ReadMode } from './record-place.js';
import type { StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

const DEBUG_SUFFIX = '-dbginfo';

/** Reads a build manifest, `manifest.<arch>.bin`: one package each payload. Tolerant of unknown tags and types by default. */
export function decodeManifest(
  bytes: Uint8Array,
  codec: Codec,
  options: { readonly mode?: ReadMode } = {},
): Result<StonePackage[], StoneError> {
  const mode = options.mode ?? 'tolerant';
  const blocks = decodeMetaFile(bytes, codec, {
    mode,
    purpose: 'manifest-entry',
    fileType: 'build-manifest',
  });
  return blocks.ok ? ok(blocks.value.map(({ stonePackage }) => stonePackage)) : blocks;
}

/**
 * Writes a build manifest: packages sorted by name, build release 0, debug packages left out. Build dependencies stand in
 * the order given; `parseBuildDepends` makes it from a recipe.
 */
export function encodeManifest(
  packages: readonly StonePackage[],
  codec: Codec,
): Result<Uint8Array, StoneError> {
  const blocks: Uint8Array[] = [];
  for (const stonePackage of manifestPackages(packages)) {
    const block = encodeMetaBlock(stonePackage, 'manifest-entry', codec);
    if (!block.ok) return block;
    blocks.push(block.value);
  }
  return joinMetaBlocks('build-manifest', blocks);
}

/** The packages that a manifest lists, in its order. */
export function manifestPackages<P extends StonePackage>(packages: readonly P[]): P[] {
  return packages
    .filter(({ name }) => !name.endsWith(DEBUG_SUFFIX))
    .sort((a, b) => compareText(a.name, b.name));
}
