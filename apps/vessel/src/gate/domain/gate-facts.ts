import type { PackageFile } from '../../pool/domain/package-file.js';
import type { ChangedPackage } from '../../channels/domain/stream-contents.js';
import type { PoolPackage } from '../../pool/domain/pool-package.js';

/** What a package needs and gives, as canonical texts `kind(name)`. */
export interface PackageNeeds {
  readonly id: number;
  readonly depends: readonly string[];
  readonly provides: readonly string[];
}

/** Two packages with a file at one path. */
export interface SharedPath {
  readonly path: string;
  readonly packageId: number;
  readonly otherId: number;
}

/** Everything that the rules look at. What belongs to a rule that is off may be empty. */
export interface GateFacts {
  readonly before: readonly PoolPackage[];
  readonly after: readonly PoolPackage[];
  readonly changed: readonly ChangedPackage[];
  /** Of every package before and after, by row id. */
  readonly needs: ReadonlyMap<number, PackageNeeds>;
  /** What the remotes provide, by architecture. */
  readonly provided: ReadonlyMap<string, ReadonlySet<string>>;
  /** Among the packages after; the first of each is one that was put. */
  readonly sharedPaths: readonly SharedPath[];
  /** Files of the packages that were put, and of those that they replace, that matter for `privileges`. */
  readonly sensitiveFiles: ReadonlyMap<number, readonly PackageFile[]>;
  /** Names of the packages that the builds of the touched sources brought, by `buildKeyOf`. */
  readonly builtNames: ReadonlyMap<string, readonly string[]>;
}

/** What tells a build of a source from its others; raw queries give releases as `bigint`. */
export interface BuildKey extends Pick<PoolPackage, 'architecture' | 'sourceId'> {
  readonly sourceRelease: number | bigint;
  readonly buildRelease: number | bigint;
}

/** One build of a source, as a text. */
export function buildKeyOf(item: BuildKey): string {
  return `${item.architecture}/${item.sourceId}/${item.sourceRelease}/${item.buildRelease}`;
}
