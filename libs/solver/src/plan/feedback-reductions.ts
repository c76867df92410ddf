import { condense } from '../graph/components.js';
import type { FeedbackGraph } from './feedback-graph.js';

/** Beyond this many live nodes the costlier rules are left out. */
const COSTLY_RULES_NODES_MAX = 2_000;

/**
 * Shrinks the graph by rules that keep some minimum feedback set reachable (Levy–Low, Lin–Jou) and returns the nodes that
 * this decided to take.
 */
export function reduce(graph: FeedbackGraph): number[] {
  const taken: number[] = [];
  contract(graph, taken);
  while (graph.live.size > 0 && graph.live.size <= COSTLY_RULES_NODES_MAX) {
    const isShrinking =
      dropAcyclicArcs(graph) || takeAroundCores(graph, taken) || dropDominatedArcs(graph);
    if (!isShrinking) break;
    contract(graph, taken);
  }
  return taken;
}

/** Nodes without a way in or out go, self-loops are taken, nodes with one way in or out are bypassed. */
function contract(graph: FeedbackGraph, taken: number[]): void {
  const pending = [...graph.live];
  const isPending = new Set(pending);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    isPending.delete(node);
    if (!graph.live.has(node)) continue;
    const isLoop = graph.successors(node).has(node);
    const isThin = graph.predecessors(node).size <= 1 || graph.successors(node).size <= 1;
    if (!isLoop && !isThin) continue;
    const touched = [...graph.predecessors(node), ...graph.successors(node)];
    if (isLoop) {
      taken.push(node);
      graph.delete(node);
    } else graph.bypass(node);
    for (const other of touched) {
      if (other === node || isPending.has(other)) continue;
      isPending.add(other);
      pending.push(other);
    }
  }
}

/** An arc that lies on no cycle, or only on cycles through some two-cycle's arc, need not be broken. */
function dropAcyclicArcs(graph: FeedbackGraph): boolean {
  const nodes = [...graph.live];
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  const offsets = new Int32Array(nodes.length + 1);
  const targets: number[] = [];
  for (const [place, node] of nodes.entries()) {
    for (const next of graph.successors(node)) {
      if (!graph.successors(next).has(node)) targets.push(placeOf.get(next) ?? 0);
    }
    offsets[place + 1] = targets.length;
  }
  const { componentOf } = condense({
    names: nodes.map(String),
    offsets,
    targets: Int32Array.from(targets),
    selfLoops: new Uint8Array(nodes.length),
  });
  let isChanged = false;
  for (const [place, node] of nodes.entries()) {
    for (const next of [...graph.successors(node)]) {
      const isPair = graph.successors(next).has(node);
      if (isPair || componentOf[place] === componentOf[placeOf.get(next) ?? 0]) continue;
      graph.disconnect(node, next);
      isChanged = true;
    }
  }
  return isChanged;
}

/** A node whose arcs are all two-cycles and whose neighbours are pairwise two-cycles: the neighbours are taken. */
function takeAroundCores(graph: FeedbackGraph, taken: number[]): boolean {
  for (const node of graph.live) {
    const around = [...graph.successors(node)];
    if (around.length !== graph.predecessors(node).size) continue;
    const isCore = around.every(
      (one, place) =>
        graph.predecessors(node).has(one) &&
        around.slice(place + 1).every((other) => isTwoCycle(graph, one, other)),
    );
    if (!isCore) continue;
    for (const each of around) {
      taken.push(each);
      graph.delete(each);
    }
    graph.delete(node);
    return true;
  }
  return false;
}

/** An arc whose every cycle holds a shorter one that does without it need not be broken. */
function dropDominatedArcs(graph: FeedbackGraph): boolean {
  let isChanged = false;
  for (const from of graph.live) {
    for (const to of [...graph.successors(from)]) {
      if (graph.successors(to).has(from)) continue;
      if (!isDominated(graph, from, to)) continue;
      graph.disconnect(from, to);
      isChanged = true;
    }
  }
  return isChanged;
}

function isDominated(graph: FeedbackGraph, from: number, to: number): boolean {
  const oneWayIn = [...graph.predecessors(from)].filter(
    (each) => !graph.successors(from).has(each),
  );
  if (oneWayIn.every((each) => graph.predecessors(to).has(each))) return true;
  const oneWayOut = [...graph.successors(to)].filter((each) => !graph.predecessors(to).has(each));
  return oneWayOut.every((each) => graph.successors(from).has(each));
}

function isTwoCycle(graph: FeedbackGraph, one: number, other: number): boolean {
  return graph.successors(one).has(other) && graph.successors(other).has(one);
}
