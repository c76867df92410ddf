import { ok, type Result } from '@cairn/std';
import {
  encodeHeader,
  encodeIndex,
  HEADER_SIZE_BYTES,
  poolPath,
  type Codec,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';

/** From `history/<id>/<arch>/` up to the channel, where the pool is. */
const TO_CHANNEL = '../../../';

/** A package file and its description. */
export interface PackageFile {
  readonly description: StonePackage;
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * The piece of a repository index that describes one package: the same in each index of each version and channel that
 * lists it, so it is made once and kept.
 */
export function encodeIndexBlock(file: PackageFile, codec: Codec): Result<Uint8Array, StoneError> {
  const { description, sha256, sizeBytes } = file;
  const entry = {
    ...description,
    uri: `${TO_CHANNEL}${poolPath(description)}`,
    hash: sha256,
    sizeBytes,
  };
  const index = encodeIndex([entry], codec);
  return index.ok ? ok(index.value.subarray(HEADER_SIZE_BYTES)) : index;
}

/** Most packages that one index can hold: the width of its counter. */
export const INDEX_PACKAGES_MAX = 65_535;

/** A repository index out of the blocks of its packages, which must be in the order of source id, then name. */
export function joinIndexBlocks(blocks: readonly Uint8Array[]): Uint8Array {
  const header = encodeHeader({ fileType: 'repository', payloadCount: blocks.length });
  const sizeBytes = blocks.reduce((sum, block) => sum + block.byteLength, header.byteLength);
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(header);
  let at = header.byteLength;
  for (const block of blocks) {
    bytes.set(block, at);
    at += block.byteLength;
  }
  return bytes;
}
