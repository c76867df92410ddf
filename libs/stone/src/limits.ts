import { MIB } from '@cairn/std';

/** Payloads of one file: the width of the header’s count. */
export const PAYLOADS_MAX = 65_535;
/** Bytes of a layout source or target: the width of their length fields. */
export const LAYOUT_TEXT_SIZE_BYTES_MAX = 65_535;
/** Components of a layout target; Linux opens paths of up to 4,096 bytes, so at most twice as many. */
export const LAYOUT_DEPTH_MAX = 1_024;
/** Plain bytes of one Meta payload; real ones stay below 20 kB. */
export const META_PLAIN_SIZE_BYTES_MAX = 16 * MIB;
/** Plain bytes of one Layout, Index or Attributes payload; a package of 40,000 files needs 5 MB. */
export const RECORDS_PLAIN_SIZE_BYTES_MAX = 64 * MIB;
/** Records of one payload, whatever its header says. */
export const RECORDS_MAX = 500_000;
/** Window that a zstd frame may ask for, in bytes: 2 GiB, what the current writer can produce. */
export const ZSTD_WINDOW_SIZE_BYTES_MAX = 2 ** 31;
/** Largest value that Release, BuildRelease and PackageSize may have. */
export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
