/** A small mutable digraph for the search of a feedback set: live nodes with their predecessors and successors. */
export class FeedbackGraph {
  readonly live = new Set<number>();
  readonly #predecessors: Set<number>[] = [];
  readonly #successors: Set<number>[] = [];

  constructor(nodeCount: number) {
    for (let node = 0; node < nodeCount; node += 1) {
      this.live.add(node);
      this.#predecessors.push(new Set());
      this.#successors.push(new Set());
    }
  }

  predecessors(node: number): ReadonlySet<number> {
    return this.#predecessors[node] ?? NONE;
  }

  successors(node: number): ReadonlySet<number> {
    return this.#successors[node] ?? NONE;
  }

  connect(from: number, to: number): void {
    this.#successors[from]?.add(to);
    this.#predecessors[to]?.add(from);
  }

  disconnect(from: number, to: number): void {
    this.#successors[from]?.delete(to);
    this.#predecessors[to]?.delete(from);
  }

  delete(node: number): void {
    for (const other of this.successors(node)) this.#predecessors[other]?.delete(node);
    for (const other of this.predecessors(node)) this.#successors[other]?.delete(node);
    this.#successors[node]?.clear();
    this.#predecessors[node]?.clear();
    this.live.delete(node);
  }

  /** Takes a node out and ties each of its predecessors to each of its successors. */
  bypass(node: number): void {
    const sources = [...this.predecessors(node)].filter((each) => each !== node);
    const targets = [...this.successors(node)].filter((each) => each !== node);
    this.delete(node);
    for (const from of sources) for (const to of targets) this.connect(from, to);
  }
}

const NONE: ReadonlySet<number> = new Set();
