/** Who imports whom. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The groups of files that reach each other, a file that imports itself included; empty when imports flow one way. */
export function cyclesIn(graph: ImportGraph): readonly (readonly string[])[] {
  const search = new ComponentSearch(graph);
  for (const node of graph.keys()) search.visit(node);
  return search.cycles;
}

/** Tarjan's search for strongly connected components. */
class ComponentSearch {
  readonly cycles: string[][] = [];
  readonly #graph: ImportGraph;
  readonly #order = new Map<string, number>();
  readonly #lowest = new Map<string, number>();
  readonly #stack: string[] = [];

  constructor(graph: ImportGraph) {
    this.#graph = graph;
  }

  visit(node: string): number {
    const known = this.#order.get(node);
    if (known !== undefined) return this.#stack.includes(node) ? known : Number.POSITIVE_INFINITY;
    const position = this.#order.size;
    this.#order.set(node, position);
    this.#stack.push(node);
    let lowest = position;
    for (const next of this.#graph.get(node) ?? []) {
      const isNew = !this.#order.has(next);
      const reached = this.visit(next);
      lowest = Math.min(lowest, isNew ? (this.#lowest.get(next) ?? reached) : reached);
    }
    this.#lowest.set(node, lowest);
    if (lowest === position) this.#closeComponent(node);
    return lowest;
  }

  #closeComponent(first: string): void {
    const members = this.#stack.splice(this.#stack.indexOf(first));
    const importsItself = (this.#graph.get(first) ?? []).includes(first);
    if (members.length > 1 || importsItself) this.cycles.push(members.sort());
  }
}
