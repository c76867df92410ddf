import { GIB, MIB } from '@cairn/std';

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
/** Size up to which a file counts as small, in bytes; what its payloads may hold together is bounded by fixed sums. */
export const SMALL_FILE_SIZE_BYTES = MIB;
/** Records of all payloads of a small file; a larger one may hold one more for every further byte. */
export const SMALL_FILE_RECORDS_MAX = 330_000;
/** Records of all payloads of any file; 65,535 packages of an index have about two million. */
export const FILE_RECORDS_MAX = 8_000_000;
/** Plain bytes of all payloads of records of a small file; a larger one may hold so many more for every further byte. */
export const SMALL_FILE_PLAIN_SIZE_BYTES_MAX = 24 * MIB;
export const FILE_PLAIN_RATIO = 16;
/** Plain bytes of one Content that verifying and extracting unpack unless told otherwise. */
export const CONTENT_PLAIN_SIZE_BYTES_MAX = 64 * GIB;
/** Window that a zstd frame may ask for, in bytes: 2 GiB, what the current writer can produce. */
export const ZSTD_WINDOW_SIZE_BYTES_MAX = 2 ** 31;
/** Largest value that Release, BuildRelease and PackageSize may have. */
export const INTEGER_MAX = Number.MAX_SAFE_INTEGER;
