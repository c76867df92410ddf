import type { StonePackage } from '@cairn/stone';
import { byKey, compareReleases, keyOf, type PoolPackage } from '../../pool/domain/pool-package.js';

/** What seeding does with one package. */
export type SeedVerdict = 'accepted' | 'present' | 'older';

/** Of several releases of one package the highest: a folder may hold all that were ever built. */
export function newestOfEach<
  T extends {
    readonly description: Pick<
      StonePackage,
      'name' | 'architecture' | 'sourceRelease' | 'buildRelease'
    >;
  },
>(items: readonly T[]): readonly T[] {
  const newest = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item.description);
    const other = newest.get(key)?.description;
    if (other === undefined || compareReleases(item.description, other) > 0) newest.set(key, item);
  }
  return [...newest.values()];
}

type Comparable = Pick<
  PoolPackage,
  'name' | 'architecture' | 'sourceRelease' | 'buildRelease' | 'sha256'
>;

/** What becomes of each package: what is there stays, unless the seed is newer. */
export function chooseSeeds<T extends Comparable>(
  current: readonly Comparable[],
  offered: readonly T[],
): readonly { readonly item: T; readonly verdict: SeedVerdict }[] {
  const present = byKey(current);
  return offered.map((item) => {
    const other = present.get(keyOf(item));
    if (other === undefined || compareReleases(item, other) > 0) {
      return { item, verdict: 'accepted' };
    }
    return { item, verdict: other.sha256 === item.sha256 ? 'present' : 'older' };
  });
}
