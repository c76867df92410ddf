import { invariant } from '@cairn/std';
import { adjacencyOf, type Adjacency } from './adjacency.js';
import { canonicalCapability, type Capability } from './capability.js';
import { ProviderIndex, providedBy, type PackageEntry } from './provider-index.js';
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

interface SourceEntry {
  readonly node: SourceNode;
  readonly packages: readonly PackageEntry[];
  wants: Set<Capability>;
}

/**
 * Sources, what they provide and ask for, and the edges between them. The same sources give the same graph in whatever
 * order they come, and after any sequence of `update` and `remove` it equals one built from scratch.
 */
export class DependencyGraph {
  readonly reading: GraphReading;
  readonly #sources = new Map<string, SourceEntry>();
  readonly #providers = new ProviderIndex();
  /** Direct edges by source; an entry is absent until asked for or after a change that may touch it. */
  readonly #direct = new Map<string, ResolvedWants>();
  readonly #packageWants = new Map<PackageEntry, ResolvedWants>();
  #askers: Map<Capability, Set<string>> | undefined;
  #names: readonly string[] | undefined;
  #adjacency: Adjacency | undefined;
  #packageCount = 0;

  constructor(reading: GraphReading) {
    this.reading = reading;
  }

  get packageCount(): number {
    return this.#packageCount;
  }

  get capabilityCount(): number {
    return this.#providers.size;
  }

  /** Names of all sources in alphabetical order. */
  sourceNames(): readonly string[] {
    this.#names ??= [...this.#sources.keys()].sort(compareText);
    return this.#names;
  }

  has(source: string): boolean {
    return this.#sources.has(source);
  }

  node(source: string): SourceNode | undefined {
    return this.#sources.get(source)?.node;
  }

  /** All packages that provide a capability. */
  providersOf(capability: Capability): readonly PackageEntry[] {
    return this.#providers.providersOf(canonicalCapability(capability));
  }

  /** Adds a source, or replaces the one of this name. Only edges that the change can touch are resolved again. */
  update(node: SourceNode): void {
    this.#detach(node.source);
    this.#attach(node);
  }

  /** Takes a source out; a source that is not there is no error. */
  remove(source: string): void {
    this.#detach(source);
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
    const direct =
      without === undefined
        ? this.#directOf(source)
        : this.#resolve(
            source,
            [...this.#wantsOf(source)].filter((wanted) => !without.has(wanted)),
          );
    return this.reading.closure ? this.#closureOf(source, direct).edges : direct.edges;
  }

  /** Everything a source asks for that nobody provides, runtime dependencies included when the closure is read. */
  unresolvedOf(source: string): readonly Unresolved[] {
    const direct = this.#directOf(source).unresolved;
    if (!this.reading.closure) return direct;
    const found = new Set(direct.map((each) => each.capability));
    for (const entry of this.#sources.get(source)?.packages ?? []) {
      for (const each of this.#wantsOfPackage(entry).unresolved) found.add(each.capability);
    }
    return [...found].sort(compareText).map((capability) => ({ source, capability }));
  }

  /** Distinct source pairs as compressed rows over the sorted names; self-edges apart. */
  adjacency(): Adjacency {
    this.#adjacency ??= adjacencyOf(this.sourceNames(), (source) => this.#targetsOf(source));
    return this.#adjacency;
  }

  #targetsOf(source: string): Iterable<string> {
    const direct = this.#directOf(source);
    return this.reading.closure ? this.#closureOf(source, direct).targets : direct.targets;
  }

  #attach(node: SourceNode): void {
    const packages = node.packages.map((facts) => ({
      name: facts.name,
      source: node.source,
      facts,
    }));
    const wants = new Set<Capability>();
    for (const wanted of node.buildDepends) wants.add(canonicalCapability(wanted));
    for (const entry of packages) this.#providers.add(entry);
    this.#packageCount += packages.length;
    this.#sources.set(node.source, { node, packages, wants });
    if (this.#askers !== undefined) noteAsker(this.#askers, node.source, wants);
    this.#invalidate(packages);
  }

  #detach(source: string): void {
    const entry = this.#sources.get(source);
    if (entry === undefined) return;
    this.#askers ??= this.#collectAskers();
    for (const each of entry.packages) this.#providers.remove(each);
    this.#packageCount -= entry.packages.length;
    this.#sources.delete(source);
    this.#direct.delete(source);
    for (const capability of entry.wants) this.#askers.get(capability)?.delete(source);
    this.#invalidate(entry.packages);
  }

  #invalidate(changed: readonly PackageEntry[]): void {
    this.#names = undefined;
    this.#adjacency = undefined;
    this.#packageWants.clear();
    if (this.#direct.size === 0 || this.#askers === undefined) {
      this.#direct.clear();
      return;
    }
    for (const entry of changed) {
      for (const capability of providedBy(entry.facts)) {
        for (const asker of this.#askers.get(capability) ?? []) this.#direct.delete(asker);
      }
    }
  }

  #collectAskers(): Map<Capability, Set<string>> {
    const askers = new Map<Capability, Set<string>>();
    for (const [source, entry] of this.#sources) noteAsker(askers, source, entry.wants);
    return askers;
  }

  #directOf(source: string): ResolvedWants {
    const known = this.#direct.get(source);
    if (known !== undefined) return known;
    const resolved = this.#resolve(source, this.#wantsOf(source));
    this.#direct.set(source, resolved);
    return resolved;
  }

  #wantsOf(source: string): ReadonlySet<Capability> {
    const entry = this.#sources.get(source);
    invariant(entry !== undefined, `source ${source} is in the graph`);
    return entry.wants;
  }

  #wantsOfPackage(entry: PackageEntry): ResolvedWants {
    const known = this.#packageWants.get(entry);
    if (known !== undefined) return known;
    const resolved = this.#resolve(
      entry.source,
      new Set(entry.facts.depends.map(canonicalCapability)),
    );
    this.#packageWants.set(entry, resolved);
    return resolved;
  }

  #resolve(askingSource: string, wants: Iterable<Capability>): ResolvedWants {
    const resolved = new ResolvedWants(askingSource);
    for (const capability of wants)
      resolved.add(capability, this.#providers.choose({ capability, askingSource }));
    return resolved;
  }

  /** Walks from the packages that serve the build to everything those need at run time. */
  #closureOf(
    source: string,
    direct: ResolvedWants,
  ): { edges: readonly Edge[]; targets: ReadonlySet<string> } {
    const seen = new Set<PackageEntry>(direct.packages);
    const edges = [...direct.edges];
    const targets = new Set(direct.targets);
    for (const entry of seen) {
      const wants = this.#wantsOfPackage(entry);
      for (const next of wants.packages) seen.add(next);
      for (const edge of wants.edges) {
        if (targets.has(edge.from)) continue;
        targets.add(edge.from);
        edges.push({ source, capability: edge.capability, from: edge.from });
      }
    }
    return { edges, targets };
  }
}

/** What became of a set of wanted capabilities. */
class ResolvedWants {
  readonly edges: Edge[] = [];
  readonly unresolved: Unresolved[] = [];
  readonly packages = new Set<PackageEntry>();
  readonly targets = new Set<string>();

  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  add(capability: Capability, entry: PackageEntry | undefined): void {
    if (entry === undefined) {
      this.unresolved.push({ source: this.#source, capability });
      return;
    }
    this.edges.push({ source: this.#source, capability, from: entry.source });
    this.packages.add(entry);
    this.targets.add(entry.source);
  }
}

function noteAsker(
  askers: Map<Capability, Set<string>>,
  source: string,
  wants: ReadonlySet<Capability>,
): void {
  for (const capability of wants) {
    const known = askers.get(capability);
    if (known === undefined) askers.set(capability, new Set([source]));
    else known.add(source);
  }
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
