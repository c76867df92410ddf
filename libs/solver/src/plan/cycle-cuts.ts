import { ok } from '@cairn/std';
import { condense } from '../graph/components.js';
import { feedbackSet, type CuttableDigraph } from './feedback-set.js';
import type { FeedbackEffort } from './feedback-search.js';

/** An arc that is not waited for: `from` uses the published version of `to`. */
export interface CutArc {
  readonly from: number;
  readonly to: number;
}

/** Which arcs to cut so that the rest is acyclic, and which nodes stand on cycles that cannot be cut. */
export interface CycleCuts {
  readonly cuts: readonly CutArc[];
  readonly stuck: readonly number[];
}

/** How cycles are cut. */
export interface CutOptions {
  readonly effort: FeedbackEffort;
  /**
   * `fewest-cuts` (default): a cutting node keeps every arc that closes no cycle. `earliest-start`: it gives up all its arcs within the cycle,
   * so that it waits for nobody there; it is built once more in either case.
   */
  readonly relief?: CutRelief | undefined;
  /** Nodes that cut in any case, beyond the few that are needed. */
  readonly alsoCutting?: ReadonlySet<number>;
}

export type CutRelief = 'fewest-cuts' | 'earliest-start';

/**
 * Cuts every cycle with as few cutting nodes as can be found, and for each of those only the arcs that really close a cycle.
 * A component that holds an uncuttable cycle is left alone and that cycle's nodes are reported.
 */
export function cutCycles(
  digraph: CuttableDigraph,
  { effort, relief, alsoCutting }: CutOptions,
): CycleCuts {
  const cuts: CutArc[] = [];
  const stuck: number[] = [];
  for (const members of cyclicMembers(digraph)) {
    const local = inducedOn(digraph, members);
    const forced = [...members.keys()].filter(
      (place) => alsoCutting?.has(members[place] ?? -1) === true,
    );
    const chosen = chooseNodes(local, forced, effort);
    const nodeOf = (place: number) => members[place] ?? 0;
    if (!chosen.ok) {
      stuck.push(...chosen.error.nodes.map(nodeOf));
      continue;
    }
    for (const arc of arcsToCut(local, chosen.value, relief ?? 'fewest-cuts'))
      cuts.push({ from: nodeOf(arc.from), to: nodeOf(arc.to) });
  }
  return { cuts, stuck: stuck.sort((left, right) => left - right) };
}

/** The forced nodes and as few others as can be found. */
function chooseNodes(
  digraph: CuttableDigraph,
  forced: readonly number[],
  effort: FeedbackEffort,
): ReturnType<typeof feedbackSet> {
  if (forced.length === 0) return feedbackSet(digraph, effort);
  const isForced = new Set(forced);
  const cuttable = digraph.cuttable.map((row, node) => (isForced.has(node) ? [] : row));
  const others = feedbackSet({ cuttable, fixed: digraph.fixed }, effort);
  return others.ok ? ok([...forced, ...others.value].sort((left, right) => left - right)) : others;
}

function cyclicMembers(digraph: CuttableDigraph): (readonly number[])[] {
  const count = digraph.cuttable.length;
  const offsets = new Int32Array(count + 1);
  const targets: number[] = [];
  const selfLoops = new Uint8Array(count);
  for (let node = 0; node < count; node += 1) {
    for (const rows of [digraph.cuttable, digraph.fixed]) {
      for (const target of rows[node] ?? []) {
        if (target === node) selfLoops[node] = 1;
        else targets.push(target);
      }
    }
    offsets[node + 1] = targets.length;
  }
  const names = Array.from({ length: count }, () => '');
  const { members } = condense({ names, offsets, targets: Int32Array.from(targets), selfLoops });
  return members.filter((each) => each.length > 1 || selfLoops[each[0] ?? 0] === 1);
}

function inducedOn(digraph: CuttableDigraph, members: readonly number[]): CuttableDigraph {
  const placeOf = new Map(members.map((node, place) => [node, place]));
  const rowsOf = (rows: readonly (readonly number[])[]) =>
    members.map((node) => {
      const places = new Set<number>();
      for (const target of rows[node] ?? []) {
        const place = placeOf.get(target);
        if (place !== undefined) places.add(place);
      }
      return [...places].sort((left, right) => left - right);
    });
  return { cuttable: rowsOf(digraph.cuttable), fixed: rowsOf(digraph.fixed) };
}

/** Starts with every cuttable arc of the chosen nodes cut; for the fewest cuts, mends each that closes no cycle. */
function arcsToCut(
  digraph: CuttableDigraph,
  chosen: readonly number[],
  relief: CutRelief,
): CutArc[] {
  const isChosen = new Set(chosen);
  const predecessors: number[][] = digraph.cuttable.map(() => []);
  for (const [node, row] of digraph.fixed.entries())
    for (const to of row) predecessors[to]?.push(node);
  for (const [node, row] of digraph.cuttable.entries()) {
    if (!isChosen.has(node)) for (const to of row) predecessors[to]?.push(node);
  }
  const cuts: CutArc[] = [];
  for (const node of chosen) {
    const ancestors = reaching(predecessors, node);
    for (const to of digraph.cuttable[node] ?? []) {
      if (relief === 'earliest-start' || ancestors.has(to)) cuts.push({ from: node, to });
      else predecessors[to]?.push(node);
    }
  }
  return cuts;
}

function reaching(predecessors: readonly (readonly number[])[], node: number): Set<number> {
  const seen = new Set([node]);
  for (const each of seen) for (const before of predecessors[each] ?? []) seen.add(before);
  return seen;
}
