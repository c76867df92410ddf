import type { PackageSelector } from '@cairn/contracts';
import { compareText } from '@cairn/stone';
import {
  byKey,
  keyOf,
  type PoolPackage,
  type VersionChange,
} from '../../pool/domain/pool-package.js';

/** One key of a stream before and after a change. */
export interface ChangedPackage {
  readonly architecture: string;
  readonly name: string;
  readonly before: PoolPackage | undefined;
  readonly after: PoolPackage | undefined;
}

/** What differs between two contents, by name, then architecture. */
export function changedPackages(
  before: readonly PoolPackage[],
  after: readonly PoolPackage[],
): readonly ChangedPackage[] {
  const old = byKey(before);
  const now = byKey(after);
  const changed: ChangedPackage[] = [];
  for (const [key, item] of now) {
    const previous = old.get(key);
    if (previous?.id !== item.id) changed.push(changeOf(item, previous, item));
  }
  for (const [key, item] of old) if (!now.has(key)) changed.push(changeOf(item, item, undefined));
  return changed.sort(
    (a, b) => compareText(a.name, b.name) || compareText(a.architecture, b.architecture),
  );
}

function changeOf(
  { architecture, name }: PoolPackage,
  before: PoolPackage | undefined,
  after: PoolPackage | undefined,
): ChangedPackage {
  return { architecture, name, before, after };
}

/** The changes that make one content out of another. */
export function toVersionChanges(changed: readonly ChangedPackage[]): readonly VersionChange[] {
  return changed.map(({ architecture, name, after }) => ({
    architecture,
    name,
    packageId: after?.id ?? null,
  }));
}

/** What selectors name in a content, and those that name nothing. */
export interface Selection {
  readonly selected: readonly PoolPackage[];
  readonly unknown: readonly PackageSelector[];
}

/** Looks the selectors up; one without an architecture names every architecture's package. */
export function selectPackages(
  packages: readonly PoolPackage[],
  selectors: readonly PackageSelector[],
): Selection {
  const named = Map.groupBy(packages, ({ name }) => name);
  const selected = new Set<PoolPackage>();
  const unknown: PackageSelector[] = [];
  for (const selector of selectors) {
    const found = (named.get(selector.name) ?? []).filter(
      ({ architecture }) => (selector.architecture ?? architecture) === architecture,
    );
    for (const item of found) selected.add(item);
    if (found.length === 0) unknown.push(selector);
  }
  return { selected: [...selected], unknown };
}

/** The content without some of its packages. */
export function without(
  packages: readonly PoolPackage[],
  leaving: readonly PoolPackage[],
): readonly PoolPackage[] {
  const keys = new Set(leaving.map(keyOf));
  return packages.filter((item) => !keys.has(keyOf(item)));
}

/** The content with some packages put at their keys. */
export function withPut(
  packages: readonly PoolPackage[],
  put: readonly PoolPackage[],
): readonly PoolPackage[] {
  return [...byKey([...packages, ...put]).values()];
}

/** What a channel with these architectures can list. */
export function listable(
  packages: readonly PoolPackage[],
  architectures: readonly string[],
): readonly PoolPackage[] {
  return packages.filter(({ architecture }) => architectures.includes(architecture));
}

/** The content with the packages of some sources as another content has them, also where it lacks them. */
export function withSources(
  packages: readonly PoolPackage[],
  from: readonly PoolPackage[],
  sources: readonly string[],
): readonly PoolPackage[] {
  const wanted = new Set(sources);
  const others = packages.filter(({ sourceId }) => !wanted.has(sourceId));
  return withPut(
    others,
    from.filter(({ sourceId }) => wanted.has(sourceId)),
  );
}

/** Withdrawn packages of a content give way to their predecessors, or leave where there are none. */
export function withdrawn(
  packages: readonly PoolPackage[],
  yanked: ReadonlySet<number>,
  predecessors: readonly PoolPackage[],
): readonly PoolPackage[] {
  const older = byKey(predecessors);
  return packages.flatMap((item) => (yanked.has(item.id) ? (older.get(keyOf(item)) ?? []) : item));
}
