import {
  canonicalCapability,
  nameCapability,
  targetOf,
  type Capability,
} from '../graph/capability.js';
import { compareText } from '../graph/source-node.js';

/** A package of an index, as far as its resolution goes. Dependency strings may be bare. */
export interface IndexedPackage {
  readonly name: string;
  readonly sourceRelease: number;
  readonly buildRelease: number;
  readonly provides: readonly string[];
  readonly depends: readonly string[];
  readonly conflicts?: readonly string[];
}

/** A repository whose packages may be used; greater priority wins. */
export interface RepositoryLayer {
  readonly name: string;
  readonly priority: number;
  readonly packages: readonly IndexedPackage[];
}

/** A package and the layer that it comes from. */
export interface LayeredPackage {
  readonly repository: string;
  readonly stonePackage: IndexedPackage;
}

interface Candidate extends LayeredPackage {
  readonly priority: number;
}

/** Layered repositories, looked up by capability. The order of layers and packages does not matter. */
export class PackageLayers {
  readonly #byCapability = new Map<Capability, Candidate[]>();

  constructor(layers: readonly RepositoryLayer[]) {
    for (const layer of layers) {
      for (const stonePackage of layer.packages) {
        const candidate = { repository: layer.name, priority: layer.priority, stonePackage };
        for (const capability of capabilitiesOf(stonePackage)) {
          const known = this.#byCapability.get(capability);
          if (known === undefined) this.#byCapability.set(capability, [candidate]);
          else known.push(candidate);
        }
      }
    }
    for (const [capability, candidates] of this.#byCapability) {
      const target = targetOf(capability);
      candidates.sort((left, right) => compareCandidates(left, right, target));
    }
  }

  /** Who can serve a capability, best first: priority, source release, build release, then the name nearest to the target. */
  candidates(capability: Capability): readonly LayeredPackage[] {
    return this.#byCapability.get(capability) ?? [];
  }

  /** Provided capabilities most like this one, nearest first: same target under another kind, then few changed letters. */
  nearest(capability: Capability, countMax: number): Capability[] {
    const target = targetOf(capability).toLowerCase();
    if (target.length > COMPARED_LENGTH_MAX) return [];
    const lengthMax = Math.min(
      CHANGES_MAX,
      Math.max(1, Math.floor(target.length / LETTERS_PER_CHANGE)),
    );
    const found: { readonly capability: Capability; readonly changes: number }[] = [];
    for (const other of this.#byCapability.keys()) {
      const otherTarget = targetOf(other).toLowerCase();
      if (Math.abs(otherTarget.length - target.length) > lengthMax) continue;
      const changes = changedLetters(target, otherTarget, lengthMax);
      if (changes <= lengthMax) found.push({ capability: other, changes });
    }
    const isSameKind = (other: Capability) => kindOf(other) === kindOf(capability);
    return found
      .sort(
        (left, right) =>
          left.changes - right.changes ||
          Number(isSameKind(right.capability)) - Number(isSameKind(left.capability)) ||
          compareText(left.capability, right.capability),
      )
      .slice(0, countMax)
      .map((each) => each.capability);
  }
}

/** Longer targets are compared with nothing: it would take long and help nobody. */
const COMPARED_LENGTH_MAX = 128;
const CHANGES_MAX = 4;
/** One changed letter in this many still counts as near. */
const LETTERS_PER_CHANGE = 4;

/** What a package provides, its name included. */
export function capabilitiesOf(stonePackage: IndexedPackage): Set<Capability> {
  const capabilities = new Set<Capability>([nameCapability(stonePackage.name)]);
  for (const provided of stonePackage.provides) capabilities.add(canonicalCapability(provided));
  return capabilities;
}

function compareCandidates(left: Candidate, right: Candidate, target: string): number {
  const [one, other] = [left.stonePackage, right.stonePackage];
  return (
    right.priority - left.priority ||
    Number(other.name === target) - Number(one.name === target) ||
    other.sourceRelease - one.sourceRelease ||
    other.buildRelease - one.buildRelease ||
    one.name.length - other.name.length ||
    compareText(one.name, other.name) ||
    compareText(left.repository, right.repository)
  );
}

function kindOf(capability: Capability): string {
  return capability.slice(0, capability.indexOf('('));
}

/** Letters to insert, drop or change to make one text the other; more than `limit` is told as `limit + 1`. */
function changedLetters(one: string, other: string, limit: number): number {
  let before = Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one.charCodeAt(row - 1) === other.charCodeAt(column - 1);
      const changed = (before[column - 1] ?? 0) + (isSame ? 0 : 1);
      now.push(Math.min(changed, (before[column] ?? 0) + 1, (now[column - 1] ?? 0) + 1));
    }
    if (Math.min(...now) > limit) return limit + 1;
    before = now;
  }
  return before[other.length] ?? limit + 1;
}
