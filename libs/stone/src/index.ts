export type { Codec, CodecFailure, CompressedKind, Hasher } from './codec.js';
export { compareText } from './compare-text.js';
export {
  DEPENDENCY_KINDS,
  formatDependency,
  parseDependency,
  type Dependency,
  type DependencyError,
  type DependencyKind,
} from './dependency.js';
export {
  decodeHeader,
  encodeHeader,
  HEADER_SIZE_BYTES,
  type FileType,
  type StoneHeader,
} from './header.js';
export { decodeManifest, encodeManifest } from './manifest.js';
export {
  manifestJsonc,
  manifestReportPackage,
  type ManifestReport,
  type ManifestReportPackage,
} from './manifest-jsonc.js';
export { decodeIndex, encodeIndex } from './package-index.js';
export {
  isPackageHash,
  isPackageUri,
  isSafeName,
  packageFileName,
  poolPath,
} from './package-names.js';
export { readPackageMeta } from './read-package-meta.js';
export type { ReadMode } from './record-place.js';
export { STONE_ERRORS, type StoneError, type StoneErrorCode } from './stone-error.js';
export type { StonePackage } from './stone-package.js';
