import { buildGraph } from '@cairn/solver';
import { expect, it } from 'vitest';
import { roundAfter, type StagedBuild } from './rebuild-round.js';

/** `a` and `b` need each other. */
const graph = buildGraph(
  [
    ['a', 'b'],
    ['b', 'a'],
  ].map(([source = '', needed = '']) => ({
    source,
    buildDepends: [needed],
    packages: [{ name: source, provides: [], depends: [] }],
  })),
);
const STEPS = [
  { source: 'a', stage: 0 },
  { source: 'b', stage: 0 },
  { source: 'a', stage: 1 },
];

function built(source: string, stage: number, at: number, exported: string): StagedBuild {
  return { source, stage, usedAt: at, stagedAt: at + 1, exported };
}

function again(builds: readonly StagedBuild[], published: Readonly<Record<string, string>> = {}) {
  const known = new Map(Object.entries(published));
  const { steps } = roundAfter({ graph, builds, published: known, steps: STEPS });
  return steps.map((step) => step.id);
}

it('asks for nothing when the last builds used what the others export now', () => {
  expect(again([built('a', 0, 1, 'x'), built('b', 0, 3, 'y'), built('a', 1, 5, 'x')])).toEqual([]);
});

it('asks for what was built against an earlier export', () => {
  const builds = [built('a', 0, 1, 'x'), built('b', 0, 3, 'y'), built('a', 1, 5, 'other')];
  expect(again(builds)).toEqual(['b@1']);
});

it('compares with the published version where that was used, and counts on from spared steps', () => {
  const builds = [built('a', 0, 1, 'x'), built('b', 0, 3, 'y')];
  expect(again(builds, { b: 'y' })).toEqual([]);
  expect(again(builds, { b: 'old' })).toEqual(['a@2']);
});
