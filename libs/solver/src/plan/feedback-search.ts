import { seededRandom } from '../graph/random.js';
import type { FeedbackGraph } from './feedback-graph.js';

/** Up to this many nodes every subset can be tried. */
const EXACT_NODES_MAX = 16;
/** Beyond this many nodes the annealing would take longer than it is worth. */
const ANNEAL_NODES_MAX = 2_000;
const ANNEAL_SEED = 0x5eed;
const ANNEAL_START_TEMPERATURE = 0.6;
const ANNEAL_COOLING = 0.99;
const ANNEAL_STALE_ROUNDS_MAX = 60;
const ANNEAL_MOVES_PER_NODE = 6;

/** How hard to search: `quick` is a greedy answer for every allocation, `thorough` anneals for a plan. */
export type FeedbackEffort = 'quick' | 'thorough';

/** A small set of nodes without which the (already reduced) graph has no cycle. Always the same one for the same graph. */
export function searchFeedbackSet(graph: FeedbackGraph, effort: FeedbackEffort): number[] {
  if (graph.live.size === 0) return [];
  const nodes = [...graph.live].sort((left, right) => left - right);
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  const rowsOf = (neighbours: (node: number) => ReadonlySet<number>) =>
    nodes.map((node) =>
      [...neighbours(node)].map((other) => placeOf.get(other) ?? 0).sort((a, b) => a - b),
    );
  const arcs = {
    successors: rowsOf((node) => graph.successors(node)),
    predecessors: rowsOf((node) => graph.predecessors(node)),
  };
  const places = search(arcs, effort);
  return places.map((place) => nodes[place] ?? 0);
}

interface Arcs {
  readonly successors: readonly (readonly number[])[];
  readonly predecessors: readonly (readonly number[])[];
}

function search(arcs: Arcs, effort: FeedbackEffort): number[] {
  const count = arcs.successors.length;
  if (count <= EXACT_NODES_MAX) return smallestSubset(arcs.successors);
  const greedy = withoutRedundant(arcs.successors, takeGreedily(arcs));
  if (effort === 'quick' || count > ANNEAL_NODES_MAX) return greedy;
  const annealed = withoutRedundant(arcs.successors, anneal(arcs, greedy));
  return annealed.length < greedy.length ? annealed : greedy;
}

/** Tries the subsets in order of size; only for very small graphs. */
function smallestSubset(successors: readonly (readonly number[])[]): number[] {
  const masks = successors.map((row) => row.reduce((mask, target) => mask | (1 << target), 0));
  const all = (1 << masks.length) - 1;
  let best = all;
  let bestSize = masks.length;
  for (let subset = 0; subset <= all; subset += 1) {
    const size = bitCount(subset);
    if (size < bestSize && isAcyclicMask(masks, all & ~subset)) {
      best = subset;
      bestSize = size;
    }
  }
  return successors.map((_, place) => place).filter((place) => (best & (1 << place)) !== 0);
}

function isAcyclicMask(masks: readonly number[], start: number): boolean {
  let left = start;
  for (;;) {
    let sinks = 0;
    for (let rest = left; rest !== 0; rest &= rest - 1) {
      const place = 31 - Math.clz32(rest & -rest);
      if (((masks[place] ?? 0) & left) === 0) sinks |= 1 << place;
    }
    if (left === 0) return true;
    if (sinks === 0) return false;
    left &= ~sinks;
  }
}

function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Takes the node with the most ways in × ways out until no cycle is left; nodes off every cycle leave on the way. */
function takeGreedily(arcs: Arcs): number[] {
  const ways = {
    in: arcs.predecessors.map((row) => row.length),
    out: arcs.successors.map((row) => row.length),
  };
  const isGone = new Uint8Array(arcs.successors.length);
  const taken: number[] = [];
  const drop = (first: number) => {
    const pending = [first];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (isGone[node] === 1) continue;
      isGone[node] = 1;
      for (const other of arcs.successors[node] ?? [])
        if (lower(ways.in, other) === 0) pending.push(other);
      for (const other of arcs.predecessors[node] ?? [])
        if (lower(ways.out, other) === 0) pending.push(other);
    }
  };
  for (const node of ways.in.keys()) if (ways.in[node] === 0 || ways.out[node] === 0) drop(node);
  for (;;) {
    let best = -1;
    let bestWays = 0;
    for (const node of ways.in.keys()) {
      const product = isGone[node] === 1 ? 0 : (ways.in[node] ?? 0) * (ways.out[node] ?? 0);
      if (product > bestWays) [best, bestWays] = [node, product];
    }
    if (best === -1) return taken;
    taken.push(best);
    drop(best);
  }
}

function lower(counts: number[], place: number): number {
  const left = (counts[place] ?? 0) - 1;
  counts[place] = left;
  return left;
}

/** Puts members back, last taken first, as long as no cycle comes back. */
function withoutRedundant(
  successors: readonly (readonly number[])[],
  taken: readonly number[],
): number[] {
  const isTaken = new Uint8Array(successors.length);
  for (const node of taken) isTaken[node] = 1;
  for (const node of [...taken].reverse()) {
    isTaken[node] = 0;
    if (reachesItself(successors, isTaken, node)) isTaken[node] = 1;
  }
  return taken.filter((node) => isTaken[node] === 1).sort((left, right) => left - right);
}

function reachesItself(
  successors: readonly (readonly number[])[],
  isTaken: Uint8Array,
  start: number,
): boolean {
  const seen = new Uint8Array(successors.length);
  const pending = [start];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    for (const next of successors[node] ?? []) {
      if (next === start) return true;
      if (isTaken[next] === 1 || seen[next] === 1) continue;
      seen[next] = 1;
      pending.push(next);
    }
  }
  return false;
}

/**
 * Simulated annealing over orders of the nodes that stay (Galinier, Lemamou and Bouzidi, 2013): a node is put back just behind
 * its last predecessor or just before its first successor, and whoever then stands on the wrong side leaves.
 */
function anneal(arcs: Arcs, start: readonly number[]): number[] {
  const random = seededRandom(ANNEAL_SEED);
  const state = new AnnealedOrder(arcs, start);
  let best = [...state.outside];
  let stale = 0;
  const moves = ANNEAL_MOVES_PER_NODE * arcs.successors.length;
  for (
    let heat = ANNEAL_START_TEMPERATURE;
    stale < ANNEAL_STALE_ROUNDS_MAX;
    heat *= ANNEAL_COOLING
  ) {
    stale += 1;
    for (let move = 0; move < moves && state.outside.length > 0; move += 1) {
      const node = state.outside[Math.floor(random() * state.outside.length)] ?? 0;
      const place = random() < 0.5 ? state.behindPredecessors(node) : state.beforeSuccessors(node);
      const displaced = state.displacedBy(node, place);
      const cost = displaced.length - 1;
      if (cost > 0 && random() >= Math.exp(-cost / heat)) continue;
      state.insert(node, place, displaced);
      if (state.outside.length >= best.length) continue;
      best = [...state.outside];
      stale = 0;
    }
  }
  return best.sort((left, right) => left - right);
}

/** An order of the nodes that stay, with the place of each, and the set of those that left. */
class AnnealedOrder {
  readonly outside: number[] = [];
  readonly #order: number[];
  readonly #placeOf: Int32Array;
  readonly #outsidePlaceOf: Int32Array;

  readonly #arcs: Arcs;

  constructor(arcs: Arcs, outside: readonly number[]) {
    this.#arcs = arcs;
    const count = arcs.successors.length;
    this.#placeOf = new Int32Array(count).fill(-1);
    this.#outsidePlaceOf = new Int32Array(count).fill(-1);
    for (const node of outside) this.#leave(node);
    this.#order = topologicalOrder(arcs, this.#outsidePlaceOf);
    this.#renumber(0, this.#order.length);
  }

  behindPredecessors(node: number): number {
    let place = 0;
    for (const other of this.#arcs.predecessors[node] ?? []) {
      place = Math.max(place, (this.#placeOf[other] ?? -1) + 1);
    }
    return place;
  }

  beforeSuccessors(node: number): number {
    let place = this.#order.length;
    for (const other of this.#arcs.successors[node] ?? []) {
      const at = this.#placeOf[other] ?? -1;
      if (at >= 0) place = Math.min(place, at);
    }
    return place;
  }

  displacedBy(node: number, place: number): number[] {
    const displaced: number[] = [];
    for (const other of this.#arcs.successors[node] ?? []) {
      const at = this.#placeOf[other] ?? -1;
      if (at >= 0 && at < place) displaced.push(other);
    }
    for (const other of this.#arcs.predecessors[node] ?? []) {
      if ((this.#placeOf[other] ?? -1) >= place && !displaced.includes(other))
        displaced.push(other);
    }
    return displaced;
  }

  insert(node: number, place: number, displaced: readonly number[]): void {
    const last = this.outside.pop();
    const hole = this.#outsidePlaceOf[node] ?? 0;
    if (last !== undefined && last !== node) {
      this.outside[hole] = last;
      this.#outsidePlaceOf[last] = hole;
    }
    this.#outsidePlaceOf[node] = -1;
    this.#order.splice(place, 0, node);
    this.#renumber(place, this.#order.length);
    for (const other of displaced) {
      const at = this.#placeOf[other] ?? 0;
      this.#order.splice(at, 1);
      this.#placeOf[other] = -1;
      this.#leave(other);
      this.#renumber(at, this.#order.length);
    }
  }

  #leave(node: number): void {
    this.#outsidePlaceOf[node] = this.outside.length;
    this.outside.push(node);
  }

  #renumber(from: number, to: number): void {
    for (let place = from; place < to; place += 1) this.#placeOf[this.#order[place] ?? 0] = place;
  }
}

function topologicalOrder(arcs: Arcs, outsidePlaceOf: Int32Array): number[] {
  const waits = arcs.predecessors.map(
    (row) => row.filter((node) => outsidePlaceOf[node] === -1).length,
  );
  const order = [...waits.keys()].filter(
    (node) => waits[node] === 0 && outsidePlaceOf[node] === -1,
  );
  for (const node of order) {
    for (const next of arcs.successors[node] ?? []) {
      if (outsidePlaceOf[next] === -1 && lower(waits, next) === 0) order.push(next);
    }
  }
  return order;
}
