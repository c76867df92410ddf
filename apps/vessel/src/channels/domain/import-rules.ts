import type { ErrorCode } from '@cairn/contracts';
import {
  buildOf,
  byKey,
  keyOf,
  type PoolPackage,
  type PackageKey,
  type VersionChange,
} from '../../pool/domain/pool-package.js';

/** What the rules say of one package of a change set. */
export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'identical' }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

export interface PackageVerdict {
  readonly package: PoolPackage;
  readonly verdict: Verdict;
}

/** What becomes of a change set: changes to the current version (none when it says nothing new), or a refusal of all of it. */
export type PublicationDecision =
  | { readonly kind: 'publish'; readonly changes: readonly VersionChange[] }
  | {
      readonly kind: 'refuse';
      readonly code: ErrorCode;
      readonly message: string;
      readonly verdicts: readonly PackageVerdict[];
    };

export interface PublicationFacts {
  /** What the stream points to now. */
  readonly current: readonly PoolPackage[];
  /** What the change set built; of each source and architecture everything it produces. */
  readonly staged: readonly PoolPackage[];
}

/**
 * Decides over a whole change set: it is published completely or not at all. A name that a source produced before and
 * produces no longer leaves the index.
 */
export function decidePublication(facts: PublicationFacts): PublicationDecision {
  const staged = [...byKey(facts.staged).values()];
  const current = byKey(facts.current);
  const verdicts = staged.map((item) => ({
    package: item,
    verdict: verdictOn(item, current.get(keyOf(item))),
  }));
  const leaving = noLongerProduced(facts.current, staged);
  const refused =
    verdicts.flatMap(({ verdict }) => (verdict.kind === 'refused' ? [verdict] : []))[0] ??
    newerThanItsBuild(leaving, staged);
  if (refused !== undefined) {
    return { kind: 'refuse', code: refused.code, message: refused.message, verdicts };
  }
  const put = verdicts.flatMap(({ package: item, verdict }) =>
    verdict.kind === 'accepted' ? [changeTo(item, item.id)] : [],
  );
  return { kind: 'publish', changes: [...put, ...leaving.map((item) => changeTo(item, null))] };
}

function verdictOn(item: PoolPackage, existing: PoolPackage | undefined): Verdict {
  if (existing === undefined) return { kind: 'accepted' };
  if (existing.sha256 === item.sha256) return { kind: 'identical' };
  if (existing.sourceRelease > item.sourceRelease) {
    return refuse('import.release-older', item, existing);
  }
  if (existing.sourceRelease < item.sourceRelease) return { kind: 'accepted' };
  if (existing.buildRelease < item.buildRelease) return { kind: 'accepted' };
  if (existing.poolPath === item.poolPath) return refuse('pool.path-taken', item, existing);
  return refuse('import.build-release-older', item, existing);
}

type RefusalCode = 'import.release-older' | 'import.build-release-older' | 'pool.path-taken';

const REASON_OF: Readonly<Record<RefusalCode, string>> = {
  'import.release-older': 'a newer release is published already',
  'import.build-release-older': 'its build release must be higher than the published one',
  'pool.path-taken': 'other bytes are published under the same file name',
};

function refuse(
  code: RefusalCode,
  item: PoolPackage,
  existing: PoolPackage,
): Verdict & { readonly kind: 'refused' } {
  const message = `${item.name} ${releasesOf(item)} (${item.architecture}): ${REASON_OF[code]}; published is ${releasesOf(existing)}.`;
  return { kind: 'refused', code, message };
}

/** `release-buildrelease`. */
function releasesOf(item: PoolPackage): string {
  return `${item.sourceRelease}-${item.buildRelease}`;
}

/** Entries of the builds in the change set that these builds did not produce again. */
export function noLongerProduced(
  current: readonly PoolPackage[],
  staged: readonly PoolPackage[],
): readonly PoolPackage[] {
  const builds = new Set(staged.map(buildOf));
  const produced = new Set(staged.map(keyOf));
  return current.filter((item) => builds.has(buildOf(item)) && !produced.has(keyOf(item)));
}

/** A build may not take out what a later release of its source published. */
function newerThanItsBuild(
  leaving: readonly PoolPackage[],
  staged: readonly PoolPackage[],
): (Verdict & { readonly kind: 'refused' }) | undefined {
  const releaseOf = new Map(staged.map((item) => [buildOf(item), item]));
  for (const item of leaving) {
    const build = releaseOf.get(buildOf(item));
    if (build !== undefined && item.sourceRelease > build.sourceRelease) {
      return refuse('import.release-older', build, item);
    }
  }
  return undefined;
}

function changeTo(key: PackageKey, packageId: number | null): VersionChange {
  return { architecture: key.architecture, name: key.name, packageId };
}
