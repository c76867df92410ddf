import { reversed, rowOf, type Adjacency } from '../graph/adjacency.js';

/** The changed sources and everything that depends on them, however far; a mask over the graph's nodes. */
export function affectedBy(adjacency: Adjacency, changed: ReadonlySet<string>): Uint8Array {
  const isAffected = new Uint8Array(adjacency.names.length);
  const pending: number[] = [];
  for (const [node, name] of adjacency.names.entries()) {
    if (!changed.has(name)) continue;
    isAffected[node] = 1;
    pending.push(node);
  }
  const dependants = reversed(adjacency);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const next of rowOf(dependants, node)) {
      if (isAffected[next] === 1) continue;
      isAffected[next] = 1;
      pending.push(next);
    }
  }
  return isAffected;
}
