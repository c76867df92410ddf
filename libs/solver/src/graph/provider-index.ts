import { canonicalCapability, nameCapability, targetOf, type Capability } from './capability.js';
import { compareText, type PackageFacts, type SourceNode } from './source-node.js';

/** A package in the graph, and the source that yields it. */
export interface PackageEntry {
  readonly facts: PackageFacts;
  readonly owner: SourceEntry;
}

/** A source in the graph. */
export interface SourceEntry {
  readonly node: SourceNode;
  readonly packages: readonly PackageEntry[];
  /** Canonical, each once. */
  readonly wants: readonly Capability[];
  /** Place by place what serves the wants; absent until asked for or after a change that may touch it. */
  served: readonly (PackageEntry | undefined)[] | undefined;
  /** Place among the sorted sources when the adjacency was last made. */
  number: number;
}

/** Who provides what. One provider is the rule, so it is stored without a list. */
export class ProviderIndex {
  readonly #providers = new Map<Capability, PackageEntry | PackageEntry[]>();

  /** Number of distinct capabilities that somebody provides. */
  get size(): number {
    return this.#providers.size;
  }

  add(entry: PackageEntry): void {
    this.#addOne(nameCapability(entry.facts.name), entry);
    for (const provided of entry.facts.provides) this.#addOne(canonicalCapability(provided), entry);
  }

  remove(entry: PackageEntry): void {
    for (const capability of providedBy(entry.facts)) {
      const held = this.#providers.get(capability);
      if (!Array.isArray(held)) {
        if (held === entry) this.#providers.delete(capability);
        continue;
      }
      const left = held.filter((each) => each !== entry);
      const [only] = left;
      if (left.length === 1 && only !== undefined) this.#providers.set(capability, only);
      else this.#providers.set(capability, left);
    }
  }

  /** Every provider of a capability, in no particular order. */
  providersOf(capability: Capability): readonly PackageEntry[] {
    const held = this.#providers.get(capability);
    if (held === undefined) return [];
    return Array.isArray(held) ? held : [held];
  }

  /**
   * The one package that serves a capability for a recipe or package of `askingSource`: the source's own first, then the
   * package named like the target, then the shortest name, then alphabetical order (packages, then sources).
   */
  choose(capability: Capability, askingSource: string): PackageEntry | undefined {
    const held = this.#providers.get(capability);
    if (!Array.isArray(held)) return held;
    const wish = { target: targetOf(capability), askingSource };
    let best: PackageEntry | undefined;
    for (const candidate of held) {
      if (best === undefined || precedence(candidate, best, wish) < 0) best = candidate;
    }
    return best;
  }

  #addOne(capability: Capability, entry: PackageEntry): void {
    const held = this.#providers.get(capability);
    if (held === undefined) this.#providers.set(capability, entry);
    else if (Array.isArray(held)) {
      if (!held.includes(entry)) held.push(entry);
    } else if (held !== entry) this.#providers.set(capability, [held, entry]);
  }
}

/** The distinct capabilities of a package, its name included. */
export function providedBy(facts: PackageFacts): Set<Capability> {
  const capabilities = new Set<Capability>([nameCapability(facts.name)]);
  for (const provided of facts.provides) capabilities.add(canonicalCapability(provided));
  return capabilities;
}

function precedence(
  left: PackageEntry,
  right: PackageEntry,
  wish: { readonly target: string; readonly askingSource: string },
): number {
  const [leftSource, rightSource] = [left.owner.node.source, right.owner.node.source];
  const [leftName, rightName] = [left.facts.name, right.facts.name];
  return (
    Number(rightSource === wish.askingSource) - Number(leftSource === wish.askingSource) ||
    Number(rightName === wish.target) - Number(leftName === wish.target) ||
    leftName.length - rightName.length ||
    compareText(leftName, rightName) ||
    compareText(leftSource, rightSource)
  );
}
