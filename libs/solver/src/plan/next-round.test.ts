import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/dependency-graph.js';
import type { SourceNode } from '../graph/source-node.js';
import type { PlanStep } from './build-plan.js';
import { makePlan } from './make-plan.js';
import { nextRound, type FinishedBuild } from './next-round.js';

const ROUNDS_MAX = 10;

function node(source: string, ...buildDepends: string[]): SourceNode {
  return { source, buildDepends, packages: [{ name: source, provides: [], depends: [] }] };
}

const RING = ['a', 'b', 'c', 'd'].map((name, place, names) =>
  node(name, names[(place + 1) % names.length] ?? ''),
);

/** Builds to the end; `exportedBy` says what a build exports when it sees these versions of its dependencies. */
function bootstrap(exportedBy: (step: PlanStep, used: ReadonlyMap<string, string>) => string) {
  const graph = buildGraph([...RING, node('user', 'a')]);
  const plan = makePlan(graph);
  if (!plan.ok) throw new Error(plan.error.code);
  const current = new Map(graph.sourceNames().map((source) => [source, 'published']));
  const builds: FinishedBuild[] = [];
  let steps = plan.value.steps;
  let rounds = 0;
  while (steps.length > 0) {
    for (const step of steps) {
      const used = new Map(
        graph.edgesOf(step.source).map(({ from }) => [from, current.get(from) ?? '']),
      );
      const exported = exportedBy(step, used);
      current.set(step.source, exported);
      builds.push({ source: step.source, stage: step.stage, exported, used });
    }
    steps = nextRound(graph, builds).steps;
    rounds += 1;
    if (rounds > ROUNDS_MAX) return { rounds, builds };
  }
  return { rounds, builds };
}

describe('whether another round is needed', () => {
  it('is decided by what the builds export: none when it stays the same', () => {
    const { rounds, builds } = bootstrap(() => 'stable');
    expect([rounds, builds.length]).toEqual([1, 6]);
  });

  it('builds again what used a version that has changed, until nothing changes', () => {
    const generation = (text: string | undefined) => (text === 'published' ? 0 : Number(text));
    const { rounds, builds } = bootstrap((_, used) => {
      const newest = Math.max(...[...used.values()].map(generation));
      return String(Math.min(3, newest + 1));
    });
    expect(rounds).toBeGreaterThan(1);
    expect(rounds).toBeLessThan(ROUNDS_MAX);
    const last = new Map(builds.map((build) => [build.source, build]));
    for (const build of last.values()) {
      for (const [source, used] of build.used) expect(last.get(source)?.exported).toBe(used);
    }
  });

  it('names the cause and orders the round', () => {
    const graph = buildGraph([node('lib'), node('app', 'lib'), node('tool', 'app')]);
    const builds: FinishedBuild[] = [
      { source: 'lib', stage: 1, exported: 'new', used: new Map() },
      { source: 'app', stage: 0, exported: 'x', used: new Map([['lib', 'old']]) },
      { source: 'tool', stage: 0, exported: 'y', used: new Map([['app', 'x']]) },
    ];
    const round = nextRound(graph, builds);
    expect(round.causes).toEqual([{ source: 'app', changed: ['lib'] }]);
    expect(round.steps.map((step) => step.id)).toEqual(['app@1']);
  });
});
