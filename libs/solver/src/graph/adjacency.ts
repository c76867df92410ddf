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

/** Numbers the nodes and packs their edges; a target that is not among `names` is left out. */
export function adjacencyOf(
  names: readonly string[],
  targetsOf: (name: string) => Iterable<string>,
): Adjacency {
  const numberOf = new Map<string, number>();
  for (const [number, name] of names.entries()) numberOf.set(name, number);
  const rows: number[][] = [];
  const selfLoops = new Uint8Array(names.length);
  let size = 0;
  for (const [number, name] of names.entries()) {
    const row: number[] = [];
    for (const target of targetsOf(name)) {
      const targetNumber = numberOf.get(target);
      if (targetNumber === number) selfLoops[number] = 1;
      else if (targetNumber !== undefined) row.push(targetNumber);
    }
    rows.push(row.sort((left, right) => left - right));
    size += row.length;
  }
  return { names, ...packRows(rows, size), selfLoops };
}

function packRows(
  rows: readonly (readonly number[])[],
  size: number,
): { offsets: Int32Array; targets: Int32Array } {
  const offsets = new Int32Array(rows.length + 1);
  const targets = new Int32Array(size);
  let position = 0;
  for (const [number, row] of rows.entries()) {
    targets.set(row, position);
    position += row.length;
    offsets[number + 1] = position;
  }
  return { offsets, targets };
}

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
