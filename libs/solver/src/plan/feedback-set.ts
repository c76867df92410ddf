import { err, ok, type Result } from '@cairn/std';
import { FeedbackGraph } from './feedback-graph.js';
import { reduce } from './feedback-reductions.js';
import { searchFeedbackSet, type FeedbackEffort } from './feedback-search.js';

/** A digraph of which some arcs must stay whatever is chosen; rows may hold the node itself. */
export interface CuttableDigraph {
  /** Arcs that a chosen node gives up. */
  readonly cuttable: readonly (readonly number[])[];
  /** Arcs that stay. */
  readonly fixed: readonly (readonly number[])[];
}

/** Arcs that must stay form cycles by themselves: the nodes on them, sorted. */
export interface UncuttableCycle {
  readonly code: 'plan.uncuttable-cycle';
  readonly nodes: readonly number[];
}

/**
 * A small set of nodes such that no cycle is left once each gives up its cuttable arcs. A node with fixed arcs is split into a
 * part that keeps them and cannot be chosen and a part that holds the cuttable ones; the former is then bypassed.
 */
export function feedbackSet(
  digraph: CuttableDigraph,
  effort: FeedbackEffort,
): Result<number[], UncuttableCycle> {
  const count = digraph.cuttable.length;
  const graph = new FeedbackGraph(2 * count);
  for (let node = 0; node < count; node += 1) {
    graph.connect(node, count + node);
    for (const target of digraph.fixed[node] ?? []) graph.connect(node, target);
    for (const target of digraph.cuttable[node] ?? []) graph.connect(count + node, target);
  }
  const kept = keepersLast(digraph.fixed);
  if (!kept.ok) return kept;
  for (const node of kept.value) graph.bypass(node);
  const taken = reduce(graph);
  const found = searchFeedbackSet(graph, effort);
  return ok([...taken, ...found].map((node) => node - count).sort((left, right) => left - right));
}

/** The nodes in an order in which bypassing them never meets a loop; fails when the fixed arcs form a cycle. */
function keepersLast(fixed: readonly (readonly number[])[]): Result<number[], UncuttableCycle> {
  const waits = new Int32Array(fixed.length);
  for (const row of fixed) for (const target of row) waits[target] = (waits[target] ?? 0) + 1;
  const order = [...fixed.keys()].filter((node) => waits[node] === 0);
  for (const node of order) {
    for (const target of fixed[node] ?? []) {
      waits[target] = (waits[target] ?? 0) - 1;
      if (waits[target] === 0) order.push(target);
    }
  }
  if (order.length === fixed.length) return ok(order);
  return err({
    code: 'plan.uncuttable-cycle',
    nodes: [...fixed.keys()].filter((node) => (waits[node] ?? 0) > 0),
  });
}
