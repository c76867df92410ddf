import { canonicalCapability, nameCapability, type Capability } from './capability.js';
import { TextFilter } from './text-filter.js';
import {
  compareText,
  distinctPackages,
  type PackageFacts,
  type SourceNode,
} from './source-node.js';

/** A package in the graph, and the source that yields it. */
export interface PackageEntry {
  readonly facts: PackageFacts;
  readonly owner: SourceEntry;
  /** What it needs at run time; absent until asked for. */
  needs: readonly Slot[] | undefined;
}

/** A source in the graph. */
export interface SourceEntry {
  readonly node: SourceNode;
  packages: readonly PackageEntry[];
  /** What its build asks for, each once; absent until the graph is first looked at. */
  wants: readonly Slot[] | undefined;
  /** Place among the sorted sources when the adjacency was last made. */
  number: number;
}

/** A source that was not looked at yet. */
export function sourceEntry(node: SourceNode): SourceEntry {
  const owner: SourceEntry = { node, packages: [], wants: undefined, number: -1 };
  owner.packages = distinctPackages(node.packages).map((facts) => ({
    facts,
    owner,
    needs: undefined,
  }));
  return owner;
}

/** One capability and who provides it, best first but for the asking source's own packages. */
export interface Slot {
  readonly capability: Capability;
  readonly target: string;
  /** One provider is the rule, so it is stored without a list. */
  providers: PackageEntry | readonly PackageEntry[] | undefined;
}

/** Who provides what. Askers keep the slots of what they ask for, so that nothing is looked up twice. */
export class ProviderIndex {
  /** Slots of `name(x)` by `x`: a package's name is looked up without making a text. */
  readonly #names = new Map<string, Slot>();
  readonly #others = new Map<Capability, Slot>();

  /** Number of distinct capabilities that somebody provides, of those that have a slot. */
  providedCount(): number {
    let count = 0;
    for (const slots of [this.#names, this.#others]) {
      for (const slot of slots.values()) if (slot.providers !== undefined) count += 1;
    }
    return count;
  }

  /** The slots of dependency texts, each once, in the order given; new ones have no providers yet. */
  slotsOf(texts: readonly string[]): readonly Slot[] {
    const slots = texts.map((text) => this.#slotOf(text));
    if (slots.length > SHORT_LIST_LENGTH) return [...new Set(slots)];
    return slots.every((slot, place) => slots.indexOf(slot) === place)
      ? slots
      : slots.filter((slot, place) => slots.indexOf(slot) === place);
  }

  /** Enters packages in the slots that there are; most capabilities are never asked for. */
  addWhereAsked(sources: Iterable<SourceEntry>): void {
    const filter = new TextFilter(this.#names.size + this.#others.size);
    for (const text of this.#others.keys()) filter.add(text);
    for (const { packages } of sources) {
      for (const entry of packages) {
        const named = this.#names.get(entry.facts.name);
        if (named !== undefined) addProvider(named, entry);
        for (const text of entry.facts.provides) {
          if (!filter.mayHave(text) && nameAskedFor(text) === undefined) continue;
          const slot = this.#find(text);
          if (slot !== undefined) addProvider(slot, entry);
        }
      }
    }
  }

  /** Enters a package everywhere. */
  add(entry: PackageEntry): void {
    addProvider(this.#nameSlot(entry.facts.name), entry);
    for (const text of entry.facts.provides) addProvider(this.#slotOf(text), entry);
  }

  remove(entry: PackageEntry): void {
    removeProvider(this.#names.get(entry.facts.name), entry);
    for (const text of entry.facts.provides) removeProvider(this.#find(text), entry);
  }

  #find(text: string): Slot | undefined {
    const name = nameAskedFor(text);
    return name === undefined ? this.#others.get(text) : this.#names.get(name);
  }

  #slotOf(text: string): Slot {
    const name = nameAskedFor(text);
    if (name !== undefined) return this.#nameSlot(name);
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const target = text.slice(text.indexOf('(') + 1, -1);
    const slot: Slot = { capability: text, target, providers: undefined };
    this.#others.set(text, slot);
    return slot;
  }

  #nameSlot(name: string): Slot {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const slot: Slot = { capability: nameCapability(name), target: name, providers: undefined };
    this.#names.set(name, slot);
    return slot;
  }
}

/**
 * The one package that serves a capability for a recipe or package of a source: the source's own first, then the package
 * named like the target, then the shortest name, then alphabetical order (packages, then sources).
 */
export function choose(slot: Slot, asking: SourceEntry): PackageEntry | undefined {
  const { providers } = slot;
  if (!isList(providers)) return providers;
  for (const each of providers) if (each.owner === asking) return each;
  return providers[0];
}

/** The distinct capabilities of a package, its name included. */
export function providedBy(facts: PackageFacts): Set<Capability> {
  const capabilities = new Set<Capability>([nameCapability(facts.name)]);
  for (const provided of facts.provides) capabilities.add(canonicalCapability(provided));
  return capabilities;
}

/** Lists up to this length are searched faster than a set is made. */
const SHORT_LIST_LENGTH = 12;
const NAME_KIND = 'name(';
const CLOSING_PARENTHESIS = 41;

/** `x` of `x` and of `name(x)`; nothing for every other kind. */
function nameAskedFor(text: string): string | undefined {
  if (text.charCodeAt(text.length - 1) !== CLOSING_PARENTHESIS) return text;
  if (text.startsWith(NAME_KIND)) return text.slice(NAME_KIND.length, -1);
  return text.indexOf('(') > 0 ? undefined : text;
}

function isList(providers: Slot['providers']): providers is readonly PackageEntry[] {
  return Array.isArray(providers);
}

function addProvider(slot: Slot, entry: PackageEntry): void {
  const held = slot.providers;
  if (held === undefined) {
    slot.providers = entry;
    return;
  }
  const known = isList(held) ? held : [held];
  if (known.includes(entry)) return;
  const place = known.findIndex((each) => precedence(entry, each, slot.target) < 0);
  slot.providers = known.toSpliced(place === -1 ? known.length : place, 0, entry);
}

function removeProvider(slot: Slot | undefined, entry: PackageEntry): void {
  const held = slot?.providers;
  if (slot === undefined || held === undefined) return;
  const left = (isList(held) ? held : [held]).filter((each) => each !== entry);
  slot.providers = left.length > 1 ? left : left[0];
}

function precedence(left: PackageEntry, right: PackageEntry, target: string): number {
  const [leftName, rightName] = [left.facts.name, right.facts.name];
  return (
    Number(rightName === target) - Number(leftName === target) ||
    leftName.length - rightName.length ||
    compareText(leftName, rightName) ||
    compareText(left.owner.node.source, right.owner.node.source)
  );
}
