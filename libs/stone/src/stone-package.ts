import type { Dependency } from './dependency.js';

/**
 * The description of one package. `uri`, `hash` (SHA-256 of the file, 64 lower-case hex digits) and `sizeBytes` (of the
 * file) stand in indexes only, `buildDepends` in manifests only.
 */
export interface StonePackage {
  readonly name: string;
  readonly version: string;
  readonly sourceRelease: number;
  readonly buildRelease: number;
  readonly architecture: string;
  readonly summary: string;
  readonly description: string;
  readonly sourceId: string;
  readonly homepage: string;
  readonly licenses: readonly string[];
  readonly depends: readonly Dependency[];
  readonly provides: readonly Dependency[];
  readonly conflicts: readonly Dependency[];
  readonly buildDepends: readonly Dependency[];
  readonly uri?: string;
  readonly hash?: string;
  readonly sizeBytes?: number;
}
