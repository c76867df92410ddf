import { invariant } from '@cairn/std';
import { AdjacencyBuilder, type Adjacency } from './adjacency.js';
import type { Capability } from './capability.js';
import {
  choose,
  ProviderIndex,
  sourceEntry,
  type PackageEntry,
  type Slot,
  type SourceEntry,
} from './provider-index.js';
import { compareText, mergeNodes, type SourceNode } from './source-node.js';

/** How "depends" is read: build dependencies alone, or with everything those need at run time. */
export interface GraphReading {
  readonly closure: boolean;
}

/** An edge: `source` asks for `capability`, a package of `from` serves it (`from` may be `source` itself). */
export interface Edge {
  readonly source: string;
  readonly capability: Capability;
  readonly from: string;
}

/** A dependency that nobody in the graph provides. */
export interface Unresolved {
  readonly source: string;
  readonly capability: Capability;
}

/**
 * Sources, what they provide and ask for, and the edges between them. The same sources give the same graph in whatever
 * order they come, and after any sequence of `update` and `remove` it equals one built from scratch.
 */
export class DependencyGraph {
  readonly reading: GraphReading;
  readonly #sources = new Map<string, SourceEntry>();
  readonly #providers = new ProviderIndex();
  /** What the index knows: nothing until the graph is looked at, then what was asked for; everything once a change comes after that. */
  #indexed: 'nothing' | 'what-is-asked' | 'everything' = 'nothing';
  #sorted: readonly SourceEntry[] | undefined;
  #names: readonly string[] | undefined;
  #adjacency: Adjacency | undefined;
  #packageCount = 0;

  constructor(reading: GraphReading) {
    this.reading = reading;
  }

  get packageCount(): number {
    return this.#packageCount;
  }

  /** Number of distinct capabilities that somebody provides. */
  get capabilityCount(): number {
    this.#indexEverything();
    return this.#providers.providedCount();
  }

  /** Names of all sources in alphabetical order. */
  sourceNames(): readonly string[] {
    this.#names ??= this.#sortedSources().map((entry) => entry.node.source);
    return this.#names;
  }

  has(source: string): boolean {
    return this.#sources.has(source);
  }

  node(source: string): SourceNode | undefined {
    return this.#sources.get(source)?.node;
  }

  /** Adds a source, or replaces the one of this name; takes time in proportion to that source's lists. */
  update(node: SourceNode): void {
    this.remove(node.source);
    this.#attach(node);
  }

  /** Takes a source out; a source that is not there is no error. */
  remove(source: string): void {
    const entry = this.#sources.get(source);
    if (entry === undefined) return;
    if (this.#indexed !== 'nothing') {
      this.#indexEverything();
      for (const each of entry.packages) this.#providers.remove(each);
    }
    this.#packageCount -= entry.packages.length;
    this.#sources.delete(source);
    this.#forgetDerived();
  }

  /** Like `update`, but a name that is already there is merged. Meant for filling a new graph. */
  addAll(nodes: Iterable<SourceNode>): void {
    for (const node of nodes) {
      const known = this.#sources.get(node.source);
      if (known === undefined) this.#attach(node);
      else this.update(mergeNodes(known.node, node));
    }
  }

  /**
   * Edges of one source under this graph's reading: one per capability it asks for itself, then one for each further source that
   * the closure adds; its own are included. `without` leaves out build dependencies and what only those pull in.
   */
  edgesOf(source: string, without?: ReadonlySet<Capability>): readonly Edge[] {
    const entry = this.#entry(source);
    const asked = this.#wantsOf(entry);
    const wants =
      without === undefined ? asked : asked.filter((slot) => !without.has(slot.capability));
    const edges: Edge[] = [];
    for (const slot of wants) {
      const from = choose(slot, entry)?.owner.node.source;
      if (from !== undefined) edges.push({ source, capability: slot.capability, from });
    }
    if (this.reading.closure) edges.push(...this.#closureEdges(entry, wants));
    return edges;
  }

  /** Everything a source asks for that nobody provides, runtime dependencies included when the closure is read. */
  unresolvedOf(source: string): readonly Unresolved[] {
    const entry = this.#entry(source);
    const found = new Set(unserved(this.#wantsOf(entry)));
    if (this.reading.closure) {
      for (const each of entry.packages) {
        for (const capability of unserved(this.#needsOf(each))) found.add(capability);
      }
    }
    return [...found].sort(compareText).map((capability) => ({ source, capability }));
  }

  /** Distinct source pairs as compressed rows over the sorted names; self-edges apart. */
  adjacency(): Adjacency {
    if (this.#adjacency !== undefined) return this.#adjacency;
    const sources = this.#sortedSources();
    for (const [number, entry] of sources.entries()) entry.number = number;
    const rows = new AdjacencyBuilder(this.sourceNames());
    for (const entry of sources) {
      const wants = this.#wantsOf(entry);
      for (const slot of wants) {
        const serving = choose(slot, entry);
        if (serving !== undefined) rows.add(serving.owner.number);
      }
      if (this.reading.closure) this.#walkClosure(entry, wants, (owner) => rows.add(owner.number));
      rows.endRow();
    }
    this.#adjacency = rows.build();
    return this.#adjacency;
  }

  #sortedSources(): readonly SourceEntry[] {
    this.#sorted ??= [...this.#sources.values()].sort((left, right) =>
      compareText(left.node.source, right.node.source),
    );
    return this.#sorted;
  }

  #entry(source: string): SourceEntry {
    const entry = this.#sources.get(source);
    invariant(entry !== undefined, `source ${source} is in the graph`);
    return entry;
  }

  #attach(node: SourceNode): void {
    const entry = sourceEntry(node);
    if (this.#indexed !== 'nothing') {
      this.#indexEverything();
      for (const each of entry.packages) this.#providers.add(each);
    }
    this.#packageCount += entry.packages.length;
    this.#sources.set(node.source, entry);
    this.#forgetDerived();
  }

  #forgetDerived(): void {
    this.#sorted = undefined;
    this.#names = undefined;
    this.#adjacency = undefined;
  }

  /** Nine capabilities of ten are asked for by nobody; they are passed over. */
  #indexWhatIsAsked(): void {
    if (this.#indexed !== 'nothing') return;
    for (const entry of this.#sources.values()) {
      entry.wants = this.#providers.slotsOf(entry.node.buildDepends);
      if (!this.reading.closure) continue;
      for (const each of entry.packages) each.needs = this.#providers.slotsOf(each.facts.depends);
    }
    this.#providers.addWhereAsked(this.#sources.values());
    this.#indexed = 'what-is-asked';
  }

  /** A change may ask for anything. */
  #indexEverything(): void {
    if (this.#indexed === 'everything') return;
    for (const entry of this.#sources.values()) {
      for (const each of entry.packages) this.#providers.add(each);
    }
    this.#indexed = 'everything';
  }

  #wantsOf(entry: SourceEntry): readonly Slot[] {
    this.#indexWhatIsAsked();
    entry.wants ??= this.#providers.slotsOf(entry.node.buildDepends);
    return entry.wants;
  }

  #needsOf(entry: PackageEntry): readonly Slot[] {
    entry.needs ??= this.#providers.slotsOf(entry.facts.depends);
    return entry.needs;
  }

  /** One edge for each source that the build does not ask itself; of several capabilities the alphabetically first is named. */
  #closureEdges(entry: SourceEntry, wants: readonly Slot[]): Edge[] {
    const direct = new Set(wants.map((slot) => choose(slot, entry)?.owner));
    const found = new Map<SourceEntry, Capability>();
    this.#walkClosure(entry, wants, (owner, { capability }) => {
      if (direct.has(owner)) return;
      const known = found.get(owner);
      if (known === undefined || capability < known) found.set(owner, capability);
    });
    return [...found]
      .map(([owner, capability]) => ({
        source: entry.node.source,
        capability,
        from: owner.node.source,
      }))
      .sort((left, right) => compareText(left.from, right.from));
  }

  /** From the packages that serve the build to all they need at run time; tells every source met on the way, as often as it is met. */
  #walkClosure(
    entry: SourceEntry,
    wants: readonly Slot[],
    visit: (owner: SourceEntry, slot: Slot) => void,
  ): void {
    const seen = new Set<PackageEntry>();
    for (const slot of wants) {
      const serving = choose(slot, entry);
      if (serving !== undefined) seen.add(serving);
    }
    for (const each of seen) {
      for (const slot of this.#needsOf(each)) {
        const next = choose(slot, each.owner);
        if (next === undefined) continue;
        seen.add(next);
        visit(next.owner, slot);
      }
    }
  }
}

function unserved(slots: readonly Slot[]): Capability[] {
  return slots.filter((slot) => slot.providers === undefined).map((slot) => slot.capability);
}

/** A graph over these sources; their order does not matter. Sources that share a name are merged. */
export function buildGraph(
  sources: Iterable<SourceNode>,
  reading: GraphReading = { closure: false },
): DependencyGraph {
  const graph = new DependencyGraph(reading);
  graph.addAll(sources);
  return graph;
}
