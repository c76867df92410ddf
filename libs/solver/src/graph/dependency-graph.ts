import { invariant } from '@cairn/std';
import { AdjacencyBuilder, type Adjacency } from './adjacency.js';
import { canonicalCapability, type Capability } from './capability.js';
import {
  ProviderIndex,
  providedBy,
  type PackageEntry,
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

/** Wanted capabilities and, place by place, the packages that serve them. */
interface Resolved {
  readonly wants: readonly Capability[];
  readonly served: readonly (PackageEntry | undefined)[];
}

/**
 * Sources, what they provide and ask for, and the edges between them. The same sources give the same graph in whatever
 * order they come, and after any sequence of `update` and `remove` it equals one built from scratch.
 */
export class DependencyGraph {
  readonly reading: GraphReading;
  readonly #sources = new Map<string, SourceEntry>();
  readonly #providers = new ProviderIndex();
  readonly #packageWants = new Map<PackageEntry, Resolved>();
  /** Whether any source's dependencies were served yet; until then a new source can change nothing. */
  #isAsked = false;
  /** Who asks for a capability; made at the first change after that, kept up to date from then on. */
  #askers: Map<Capability, Set<SourceEntry>> | undefined;
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

  get capabilityCount(): number {
    return this.#providers.size;
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
    const entry = this.#entry(source);
    const direct =
      without === undefined
        ? this.#directOf(entry)
        : this.#resolve(
            source,
            entry.wants.filter((wanted) => !without.has(wanted)),
          );
    const edges: Edge[] = [];
    for (const [place, capability] of direct.wants.entries()) {
      const from = direct.served[place]?.owner.node.source;
      if (from !== undefined) edges.push({ source, capability, from });
    }
    if (this.reading.closure) {
      this.#walkClosure(direct, (owner, capability) => {
        edges.push({ source, capability, from: owner.node.source });
      });
    }
    return edges;
  }

  /** Everything a source asks for that nobody provides, runtime dependencies included when the closure is read. */
  unresolvedOf(source: string): readonly Unresolved[] {
    const entry = this.#entry(source);
    const found = new Set(unserved(this.#directOf(entry)));
    if (this.reading.closure) {
      for (const each of entry.packages) {
        for (const capability of unserved(this.#wantsOfPackage(each))) found.add(capability);
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
      const direct = this.#directOf(entry);
      for (const each of direct.served) if (each !== undefined) rows.add(each.owner.number);
      if (this.reading.closure) this.#walkClosure(direct, (owner) => rows.add(owner.number));
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
    const packages: PackageEntry[] = [];
    const wants = canonicalWants(node.buildDepends);
    const entry: SourceEntry = { node, packages, wants, served: undefined, number: -1 };
    for (const facts of node.packages) {
      const each = { facts, owner: entry };
      packages.push(each);
      this.#providers.add(each);
    }
    this.#packageCount += packages.length;
    this.#sources.set(node.source, entry);
    if (this.#isAsked) this.#askers ??= this.#collectAskers();
    if (this.#askers !== undefined) noteAsker(this.#askers, entry);
    this.#invalidate(packages);
  }

  #detach(source: string): void {
    const entry = this.#sources.get(source);
    if (entry === undefined) return;
    this.#askers ??= this.#collectAskers();
    for (const each of entry.packages) this.#providers.remove(each);
    this.#packageCount -= entry.packages.length;
    this.#sources.delete(source);
    for (const capability of entry.wants) this.#askers.get(capability)?.delete(entry);
    this.#invalidate(entry.packages);
  }

  /** Forgets what the coming or going of these packages may have changed. */
  #invalidate(changed: readonly PackageEntry[]): void {
    this.#sorted = undefined;
    this.#names = undefined;
    this.#adjacency = undefined;
    if (this.#packageWants.size > 0) this.#packageWants.clear();
    if (this.#askers === undefined) return;
    for (const each of changed) {
      for (const capability of providedBy(each.facts)) {
        for (const asker of this.#askers.get(capability) ?? []) asker.served = undefined;
      }
    }
  }

  #collectAskers(): Map<Capability, Set<SourceEntry>> {
    const askers = new Map<Capability, Set<SourceEntry>>();
    for (const entry of this.#sources.values()) noteAsker(askers, entry);
    return askers;
  }

  #directOf(entry: SourceEntry): Resolved {
    this.#isAsked = true;
    entry.served ??= this.#serve(entry.node.source, entry.wants);
    return { wants: entry.wants, served: entry.served };
  }

  #wantsOfPackage(entry: PackageEntry): Resolved {
    const known = this.#packageWants.get(entry);
    if (known !== undefined) return known;
    const resolved = this.#resolve(entry.owner.node.source, canonicalWants(entry.facts.depends));
    this.#packageWants.set(entry, resolved);
    return resolved;
  }

  #resolve(askingSource: string, wants: readonly Capability[]): Resolved {
    return { wants, served: this.#serve(askingSource, wants) };
  }

  #serve(askingSource: string, wants: readonly Capability[]): (PackageEntry | undefined)[] {
    return wants.map((capability) => this.#providers.choose(capability, askingSource));
  }

  /** From the packages that serve the build to all they need at run time; tells each source once that the build does not ask itself. */
  #walkClosure(
    direct: Resolved,
    visit: (owner: SourceEntry, capability: Capability) => void,
  ): void {
    const seen = new Set<PackageEntry>();
    const owners = new Set<SourceEntry>();
    for (const each of direct.served) {
      if (each === undefined) continue;
      seen.add(each);
      owners.add(each.owner);
    }
    for (const each of seen) {
      const { wants, served } = this.#wantsOfPackage(each);
      for (let place = 0; place < served.length; place += 1) {
        const next = served[place];
        if (next === undefined || seen.has(next)) continue;
        seen.add(next);
        if (owners.has(next.owner)) continue;
        owners.add(next.owner);
        visit(next.owner, wants[place] ?? '');
      }
    }
  }
}

/** Lists up to this length are searched faster than a set is made. */
const SHORT_LIST_LENGTH = 12;

/** Canonical texts without repetition, in the order given. */
function canonicalWants(texts: readonly string[]): Capability[] {
  const wants: Capability[] = [];
  if (texts.length > SHORT_LIST_LENGTH) return [...new Set(texts.map(canonicalCapability))];
  for (const text of texts) {
    const capability = canonicalCapability(text);
    if (!wants.includes(capability)) wants.push(capability);
  }
  return wants;
}

function unserved({ wants, served }: Resolved): Capability[] {
  return wants.filter((_, place) => served[place] === undefined);
}

function noteAsker(askers: Map<Capability, Set<SourceEntry>>, entry: SourceEntry): void {
  for (const capability of entry.wants) {
    const known = askers.get(capability);
    if (known === undefined) askers.set(capability, new Set([entry]));
    else known.add(entry);
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
