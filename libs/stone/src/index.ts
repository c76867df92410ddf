export type { AttributeRecord } from './attributes.js';
export type { Codec, CodecFailure, CompressedKind } from './codec.js';
export { compareText } from './compare-text.js';
export { ContentCutter, type ContentPiece } from './content-cutter.js';
export { encodeContentRanges, type ContentRange } from './content-ranges.js';
export type { DecodedPayload, DecodedRecords } from './decoded-payload.js';
export {
  checkFileType,
  decodePayload,
  decodeStone,
  type DecodedStone,
  type DecodeOptions,
} from './decode-stone.js';
export {
  DEPENDENCY_KINDS,
  formatDependency,
  parseBuildDepends,
  parseDependency,
  type Dependency,
  type DependencyError,
  type DependencyKind,
} from './dependency.js';
export { encodeLayoutEntries } from './encode-layout.js';
export { encodePayload, type PlainPayload } from './encode-payload.js';
export {
  decodeHeader,
  encodeHeader,
  HEADER_SIZE_BYTES,
  wrongFileType,
  type FileType,
  type StoneHeader,
} from './header.js';
export { hex64, toHex } from './hex.js';
export { CONTENT_PLAIN_SIZE_BYTES_MAX } from './limits.js';
export { isLayoutPath, parentOf } from './layout-checks.js';
export {
  MODE_TYPE_BITS,
  MODE_TYPE_MASK,
  type LayoutEntry,
  type LayoutRecord,
  type LayoutType,
} from './layout-record.js';
export { decodeManifest, encodeManifest } from './manifest.js';
export {
  manifestJsonc,
  manifestReportPackage,
  type ManifestReport,
  type ManifestReportPackage,
} from './manifest-jsonc.js';
export { encodeMetaBlock } from './meta-file.js';
export { metaTagName, metaTypeName, type MetaRecord } from './meta-record.js';
export { decodeIndex, encodeIndex, type IndexOrder } from './package-index.js';
export {
  isPackageHash,
  isPackageUri,
  isSafeName,
  packageFileName,
  poolPath,
} from './package-names.js';
export { compareChecksum, frameEnd } from './payload-bytes.js';
export {
  encodePayloadHeader,
  PAYLOAD_HEADER_SIZE_BYTES,
  type PayloadHeader,
} from './payload-header.js';
export {
  checkEnd,
  checkPayloadCount,
  checkPayloadHeader,
  checkStoredLimit,
  payloadEnd,
  placeOf,
  readPayloadSlot,
  type PayloadSlot,
} from './payload-scan.js';
export { readMetaSlot, readPackageMeta } from './read-package-meta.js';
export { RecordBudget } from './record-budget.js';
export type { ReadMode } from './record-place.js';
export { checkContents, type StoneContents } from './stone-contents.js';
export {
  STONE_ERRORS,
  stoneError,
  type Place,
  type StoneError,
  type StoneErrorCode,
} from './stone-error.js';
export type { StonePackage } from './stone-package.js';
export {
  checkZstdFrameHeader,
  decodeZstdFrameHeader,
  ZSTD_HEADER_SIZE_BYTES_MAX,
  type ZstdFrameHeader,
} from './zstd-frame.js';
export { ZstdFrameWalker } from './zstd-walker.js';
export { describeCross, describeRecords, type Description } from './describe-records.js';
export { decodeRecords } from './decoded-payload.js';
export { encodeFile, type FilePayload } from './encode-file.js';
export { diffIndexes, type ChangedPackage, type IndexDifference } from './index-diff.js';
export {
  addToIndex,
  EMPTY_INDEX,
  indexBytes,
  openIndex,
  removeFromIndex,
  type BlockCache,
  type IndexKey,
  type MetaBlock,
  type PackageIndex,
} from './index-entries.js';
export { isReadable } from './payload-scan.js';
