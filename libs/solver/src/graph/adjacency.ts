/** Distinct edges between numbered nodes, as compressed rows: the targets of `i` are `targets[offsets[i] … offsets[i+1]]`. */
export interface Adjacency {
  /** Node names in alphabetical order; a node's number is its place here. */
  readonly names: readonly string[];
  readonly offsets: Int32Array;
  /** Sorted within each row; never the row's own number. */
  readonly targets: Int32Array;
  /** 1 where a node needs itself. */
  readonly selfLoops: Uint8Array;
}

/** Packs rows one after the other; targets may repeat and come in any order. */
export class AdjacencyBuilder {
  readonly #names: readonly string[];
  readonly #offsets: Int32Array;
  readonly #selfLoops: Uint8Array;
  /** The last row in which a target was seen, plus one. */
  readonly #seenIn: Int32Array;
  #targets = new Int32Array(TARGETS_AT_FIRST);
  #size = 0;
  #row = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
    this.#offsets = new Int32Array(names.length + 1);
    this.#selfLoops = new Uint8Array(names.length);
    this.#seenIn = new Int32Array(names.length);
  }

  /** Adds a target to the row that is being filled. */
  add(target: number): void {
    if (this.#seenIn[target] === this.#row + 1) return;
    this.#seenIn[target] = this.#row + 1;
    if (target === this.#row) {
      this.#selfLoops[target] = 1;
      return;
    }
    if (this.#size === this.#targets.length) {
      const larger = new Int32Array(2 * this.#size);
      larger.set(this.#targets);
      this.#targets = larger;
    }
    this.#targets[this.#size] = target;
    this.#size += 1;
  }

  endRow(): void {
    const start = this.#offsets[this.#row] ?? 0;
    if (this.#size - start > 1) this.#targets.subarray(start, this.#size).sort();
    this.#row += 1;
    this.#offsets[this.#row] = this.#size;
  }

  build(): Adjacency {
    return {
      names: this.#names,
      offsets: this.#offsets,
      targets: this.#targets.slice(0, this.#size),
      selfLoops: this.#selfLoops,
    };
  }
}

const TARGETS_AT_FIRST = 1_024;

/** The targets of one node. */
export function rowOf(adjacency: Pick<Adjacency, 'offsets' | 'targets'>, node: number): Int32Array {
  return adjacency.targets.subarray(adjacency.offsets[node], adjacency.offsets[node + 1]);
}

/** The same nodes with every edge turned round. */
export function reversed(adjacency: Adjacency): Adjacency {
  const count = adjacency.names.length;
  const offsets = new Int32Array(count + 1);
  for (const target of adjacency.targets) offsets[target + 1] = (offsets[target + 1] ?? 0) + 1;
  for (let node = 0; node < count; node += 1) {
    offsets[node + 1] = (offsets[node + 1] ?? 0) + (offsets[node] ?? 0);
  }
  const targets = new Int32Array(adjacency.targets.length);
  const next = offsets.slice();
  for (let node = 0; node < count; node += 1) {
    for (const target of rowOf(adjacency, node)) {
      const place = next[target] ?? 0;
      targets[place] = node;
      next[target] = place + 1;
    }
  }
  return { names: adjacency.names, offsets, targets, selfLoops: adjacency.selfLoops };
}
