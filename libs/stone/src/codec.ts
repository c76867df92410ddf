import type { Result } from '@cairn/std';

/** What a compressed payload holds: records in one thread, Content with workers; the bytes differ. */
export type CompressedKind = 'records' | 'content';

/** The library’s only door to compression and hashing; a shell provides it, so the library stays pure. */
export interface Codec {
  /** XXH3-64 with seed 0. */
  xxh3_64(bytes: Uint8Array): bigint;
  /** XXH3-128 with seed 0, canonical: 16 bytes, high half first. */
  xxh3_128(bytes: Uint8Array): Uint8Array;
  /** One zstd frame as the format’s writer makes it: level 18, window log 31, size pledged, no checksum. */
  compress(bytes: Uint8Array, kind: CompressedKind): Uint8Array;
  /** Unpacks one zstd frame that must come to exactly `plainSizeBytes`; stops as soon as it would exceed them. */
  decompress(
    bytes: Uint8Array,
    limits: { readonly plainSizeBytes: number },
  ): Result<Uint8Array, CodecFailure>;
}

/** Why a frame was not unpacked. */
export interface CodecFailure {
  readonly code: 'codec.corrupt' | 'codec.wrong-size';
  readonly message: string;
}
