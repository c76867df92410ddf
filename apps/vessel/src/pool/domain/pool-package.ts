/** What the rules need to know of a package that vessel holds. */
export interface PoolPackage {
  /** Its row. */
  readonly id: number;
  readonly sha256: string;
  readonly name: string;
  readonly version: string;
  readonly sourceRelease: number;
  readonly buildRelease: number;
  readonly architecture: string;
  readonly sourceId: string;
  /** Path below the channel. */
  readonly poolPath: string;
}

/** A version holds one package per name and architecture. */
export interface PackageKey {
  readonly architecture: string;
  readonly name: string;
}

/** What a version changes against its parent: a package put at a key, or the key taken out. */
export interface VersionChange extends PackageKey {
  readonly packageId: number | null;
}

/** The key as one text. */
export function keyOf(key: PackageKey): string {
  return `${key.architecture}/${key.name}`;
}

/** The packages by key; of several with one key the last stays. */
export function byKey<T extends PackageKey>(packages: Iterable<T>): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of packages) map.set(keyOf(item), item);
  return map;
}

/** The source and architecture that a package was built from, as one text. */
export function buildOf(item: Pick<PoolPackage, 'sourceId' | 'architecture'>): string {
  return `${item.architecture}/${item.sourceId}`;
}

/** Orders releases of one package, the lowest first: by the recipe's release, then by the build's. */
export function compareReleases(a: Release, b: Release): number {
  return a.sourceRelease - b.sourceRelease || a.buildRelease - b.buildRelease;
}

/** `version-release-build`. */
export function releaseText(item: Release & Pick<PoolPackage, 'version'>): string {
  return `${item.version}-${item.sourceRelease}-${item.buildRelease}`;
}

type Release = Pick<PoolPackage, 'sourceRelease' | 'buildRelease'>;
