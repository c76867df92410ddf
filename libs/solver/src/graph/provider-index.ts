import { canonicalCapability, nameCapability, targetOf, type Capability } from './capability.js';
import { compareText, type PackageFacts } from './source-node.js';

/** A package in the graph, and the source that yields it. */
export interface PackageEntry {
  readonly name: string;
  readonly source: string;
  readonly facts: PackageFacts;
}

/** Who provides what. One provider is the rule, so it is stored without a list. */
export class ProviderIndex {
  readonly #providers = new Map<Capability, PackageEntry | PackageEntry[]>();

  /** Number of distinct capabilities that somebody provides. */
  get size(): number {
    return this.#providers.size;
  }

  add(entry: PackageEntry): void {
    this.#addOne(nameCapability(entry.name), entry);
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
   * The one package that serves `capability` for a recipe or package of `askingSource`: the source's own first, then the
   * package named like the target, then the shortest name, then alphabetical order (packages, then sources).
   */
  choose(request: {
    readonly capability: Capability;
    readonly askingSource: string;
  }): PackageEntry | undefined {
    const held = this.#providers.get(request.capability);
    if (!Array.isArray(held)) return held;
    const target = targetOf(request.capability);
    let best: PackageEntry | undefined;
    for (const candidate of held) {
      const isBetter =
        best === undefined ||
        precedence(candidate, best, { target, askingSource: request.askingSource }) < 0;
      if (isBetter) best = candidate;
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
  return (
    Number(right.source === wish.askingSource) - Number(left.source === wish.askingSource) ||
    Number(right.name === wish.target) - Number(left.name === wish.target) ||
    left.name.length - right.name.length ||
    compareText(left.name, right.name) ||
    compareText(left.source, right.source)
  );
}
