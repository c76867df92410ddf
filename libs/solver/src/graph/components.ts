import { rowOf, type Adjacency } from './adjacency.js';
import { compareText } from './source-node.js';

/** Strongly connected components: a number per node, numbered so that dependencies come before their dependants. */
export interface Condensation {
  readonly componentOf: Int32Array;
  /** Members by component number, each sorted. */
  readonly members: readonly (readonly number[])[];
}

/** Tarjan's algorithm without recursion, so a chain of a hundred thousand sources does not overflow the stack. */
export function condense(adjacency: Adjacency): Condensation {
  const count = adjacency.names.length;
  const order = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const componentOf = new Int32Array(count).fill(-1);
  const cursor = adjacency.offsets.slice();
  const path = new Int32Array(count);
  const open = new Int32Array(count);
  const members: number[][] = [];
  let visited = 0;
  let openCount = 0;

  for (let root = 0; root < count; root += 1) {
    if (order[root] !== -1) continue;
    let depth = 0;
    path[0] = root;
    order[root] = low[root] = visited;
    visited += 1;
    open[openCount] = root;
    openCount += 1;
    while (depth >= 0) {
      const node = path[depth] ?? 0;
      const at = cursor[node] ?? 0;
      if (at < (adjacency.offsets[node + 1] ?? 0)) {
        cursor[node] = at + 1;
        const target = adjacency.targets[at] ?? 0;
        if (order[target] === -1) {
          order[target] = low[target] = visited;
          visited += 1;
          open[openCount] = target;
          openCount += 1;
          depth += 1;
          path[depth] = target;
        } else if (componentOf[target] === -1) {
          low[node] = Math.min(low[node] ?? 0, order[target] ?? 0);
        }
        continue;
      }
      depth -= 1;
      if (depth >= 0) {
        const parent = path[depth] ?? 0;
        low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0);
      }
      if (low[node] !== order[node]) continue;
      const openEnd = openCount;
      let size = 0;
      do {
        size += 1;
        componentOf[open[openEnd - size] ?? 0] = members.length;
      } while (open[openEnd - size] !== node);
      openCount -= size;
      const found = size === 1 ? [node] : Array.from(open.subarray(openCount, openEnd));
      if (size > 1) found.sort((left, right) => left - right);
      members.push(found);
    }
  }
  return { componentOf, members };
}

/** The cycles by name: components of more than one member, then self-loops; largest first, members sorted. */
export function cyclesOf(
  adjacency: Adjacency,
  condensation: Condensation = condense(adjacency),
): string[][] {
  const nameOf = (node: number) => adjacency.names[node] ?? '';
  const large = condensation.members
    .filter((members) => members.length > 1)
    .map((members) => members.map(nameOf))
    .sort(
      (left, right) => right.length - left.length || compareText(left[0] ?? '', right[0] ?? ''),
    );
  const loops = adjacency.names.filter((_, node) => {
    const members = condensation.members[condensation.componentOf[node] ?? 0];
    return adjacency.selfLoops[node] === 1 && members?.length === 1;
  });
  return [...large, ...loops.map((name) => [name])];
}

/** How many sources stand in each layer of the condensed graph: 0 depends on nothing, `n` on something in `n - 1`. */
export function levelSizes(
  adjacency: Adjacency,
  condensation: Condensation = condense(adjacency),
): number[] {
  const levelOf = new Int32Array(condensation.members.length);
  const sizes: number[] = [];
  for (const [component, members] of condensation.members.entries()) {
    let level = 0;
    for (const member of members) {
      for (const target of rowOf(adjacency, member)) {
        const other = condensation.componentOf[target] ?? 0;
        if (other !== component) level = Math.max(level, (levelOf[other] ?? 0) + 1);
      }
    }
    levelOf[component] = level;
    sizes[level] = (sizes[level] ?? 0) + members.length;
  }
  return sizes;
}
