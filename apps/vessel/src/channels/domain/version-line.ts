import {
  byKey,
  keyOf,
  type PoolPackage,
  type VersionChange,
} from '../../pool/domain/pool-package.js';
import { noLongerProduced } from './import-rules.js';

/** Versions between two checkpoints: bounds both the walk to one and the space that they take. */
export const CHECKPOINT_INTERVAL = 64;

/** Versions since the last checkpoint for a child of a version with `parentLength`; 0 when it must have one itself. */
export function nextChainLength(parentLength: number): number {
  return (parentLength + 1) % CHECKPOINT_INTERVAL;
}

/** The packages after the changes; order means nothing. */
export function applyChanges(
  packages: readonly PoolPackage[],
  changes: readonly VersionChange[],
  packageOf: (id: number) => PoolPackage,
): readonly PoolPackage[] {
  const next = byKey(packages);
  for (const change of changes) {
    if (change.packageId === null) next.delete(keyOf(change));
    else next.set(keyOf(change), packageOf(change.packageId));
  }
  return [...next.values()];
}

/** What one import changes in its line: its packages, and out goes what the same build produced before and now does not. */
export function stagingChanges(
  head: readonly PoolPackage[],
  imported: readonly PoolPackage[],
): readonly VersionChange[] {
  const put = imported.map(({ architecture, name, id }) => ({ architecture, name, packageId: id }));
  const gone = noLongerProduced(head, imported).map(({ architecture, name }) => ({
    architecture,
    name,
    packageId: null,
  }));
  return [...put, ...gone];
}

/** The packages that a line has put and not taken out again, from the changes of its versions, oldest first. */
export function packagesOfLine(changes: Iterable<VersionChange>): readonly number[] {
  const last = new Map<string, number>();
  for (const change of changes) {
    if (change.packageId === null) last.delete(keyOf(change));
    else last.set(keyOf(change), change.packageId);
  }
  return [...last.values()];
}
