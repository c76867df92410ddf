import { describe, expect, it } from 'vitest';
import { seededRandom } from '../graph/random.js';
import { feedbackSet, type CuttableDigraph } from './feedback-set.js';

function isAcyclicWithout(digraph: CuttableDigraph, chosen: readonly number[]): boolean {
  const rows = digraph.cuttable.map((row, node) => [
    ...(digraph.fixed[node] ?? []),
    ...(chosen.includes(node) ? [] : row),
  ]);
  let left = new Set(rows.keys());
  for (;;) {
    const next = new Set(
      [...left].filter((node) => rows[node]?.some((target) => left.has(target)) === true),
    );
    if (next.size === 0) return true;
    if (next.size === left.size) return false;
    left = next;
  }
}

/** The smallest number of nodes that will do, by trying every set. */
function exactSize(digraph: CuttableDigraph): number {
  const count = digraph.cuttable.length;
  let best = Infinity;
  for (let mask = 0; mask < 1 << count; mask += 1) {
    const chosen = [...digraph.cuttable.keys()].filter((node) => (mask & (1 << node)) !== 0);
    if (chosen.length < best && isAcyclicWithout(digraph, chosen)) best = chosen.length;
  }
  return best;
}

function randomDigraph(
  seed: number,
  shape: { nodes: number; arcs: number; fixedShare: number },
): CuttableDigraph {
  const random = seededRandom(seed);
  const pick = () => Math.floor(random() * shape.nodes);
  const rows = (count: number) => {
    const found = Array.from({ length: shape.nodes }, () => new Set<number>());
    for (let arc = 0; arc < count; arc += 1) found[pick()]?.add(pick());
    return found.map((row) => [...row]);
  };
  return { cuttable: rows(shape.arcs), fixed: rows(Math.floor(shape.arcs * shape.fixedShare)) };
}

describe('against every possible set', () => {
  it.each([0, 0.15])(
    'is as small as can be on up to 9 nodes with a share of %d arcs that must stay',
    (fixedShare) => {
      let excess = 0;
      let compared = 0;
      for (let seed = 1; seed <= 250; seed += 1) {
        const nodes = 2 + (seed % 8);
        const digraph = randomDigraph(seed, {
          nodes,
          arcs: Math.ceil(nodes * (1 + (seed % 5))),
          fixedShare,
        });
        const found = feedbackSet(digraph, 'thorough');
        const exact = exactSize(digraph);
        expect(found.ok).toBe(exact !== Infinity);
        if (!found.ok) continue;
        expect(isAcyclicWithout(digraph, found.value)).toBe(true);
        excess += found.value.length - exact;
        compared += 1;
      }
      console.log(`feedback sets: mean excess ${excess / compared} over ${compared} digraphs`);
      expect(excess).toBe(0);
    },
  );

  it('is as small as can be on 12 nodes', () => {
    for (let seed = 1; seed <= 10; seed += 1) {
      const digraph = randomDigraph(seed, { nodes: 12, arcs: 24 + 3 * seed, fixedShare: 0 });
      const found = feedbackSet(digraph, 'thorough');
      expect(found.ok && found.value.length).toBe(exactSize(digraph));
    }
  });
});

it('annealing is never worse than the greedy answer and both are sound', () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const digraph = randomDigraph(seed, { nodes: 150, arcs: 600, fixedShare: 0 });
    const [quick, thorough] = [feedbackSet(digraph, 'quick'), feedbackSet(digraph, 'thorough')];
    if (!quick.ok || !thorough.ok) throw new Error('nothing must stay here');
    expect(thorough.value.length).toBeLessThanOrEqual(quick.value.length);
    expect([quick, thorough].map((each) => isAcyclicWithout(digraph, each.value))).toEqual([
      true,
      true,
    ]);
  }
});

it('names the nodes of a cycle that must stay', () => {
  const digraph = { cuttable: [[], [2], []], fixed: [[1], [0], [1]] };
  expect(feedbackSet(digraph, 'quick')).toEqual({
    ok: false,
    error: { code: 'plan.uncuttable-cycle', nodes: [0, 1] },
  });
});
