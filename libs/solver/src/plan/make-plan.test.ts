import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph, type DependencyGraph } from '../graph/dependency-graph.js';
import { hasRealData, realSources } from '../graph/real-graph.conformance.js';
import { seededRandom } from '../graph/random.js';
import type { SourceNode } from '../graph/source-node.js';
import type { BuildPlan, PlanRequest } from './build-plan.js';
import { makePlan } from './make-plan.js';
import { faultsOf } from './plan-invariants.conformance.js';

/** The judge of a large plan follows every chain of it. */
const SLOW_TEST_MS = 60_000;

/** `graphOf('a:b,c', 'b', 'c')` = a needs b and c. */
function graphOf(...texts: string[]): DependencyGraph {
  return buildGraph(
    texts.map((text): SourceNode => {
      const [source = '', depends = ''] = text.split(':');
      const buildDepends = depends === '' ? [] : depends.split(',');
      return { source, buildDepends, packages: [{ name: source, provides: [], depends: [] }] };
    }),
  );
}

function planned(graph: DependencyGraph, request: PlanRequest = {}): BuildPlan {
  const plan = makePlan(graph, request);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return plan.value;
}

describe('a plan', () => {
  it('orders a chain', () => {
    const plan = planned(graphOf('a:b', 'b:c', 'c'));
    expect(plan.steps.map((step) => step.id)).toEqual(['c@0', 'b@0', 'a@0']);
    expect(plan.criticalPath).toEqual(['c', 'b', 'a']);
  });

  it('holds only the changed sources and their dependants', () => {
    const plan = planned(graphOf('a:b', 'b:c', 'c', 'd:c'), { changed: ['b'] });
    expect(plan.affected).toEqual(['a', 'b']);
  });

  it('builds one member of a cycle twice and lets outsiders wait for its last build', () => {
    const plan = planned(graphOf('a:b', 'b:a', 'user:a,b'));
    expect(plan.steps.map((step) => [step.id, step.after])).toEqual([
      ['a@0', []],
      ['b@0', ['a@0']],
      ['a@1', ['a@0', 'b@0']],
      ['user@0', ['a@1', 'b@0']],
    ]);
    expect(plan.cuts).toEqual([{ source: 'a', capability: 'name(b)', from: 'b' }]);
  });

  it('builds a source that needs itself twice', () => {
    const plan = planned(graphOf('go:go'));
    expect(plan.steps.map((step) => step.id)).toEqual(['go@0', 'go@1']);
    expect(plan.steps[0]?.published).toEqual([{ source: 'go', capability: 'name(go)' }]);
  });

  it('refuses a source that is not there', () => {
    expect(makePlan(graphOf('a'), { changed: ['a', 'ghost'] })).toEqual({
      ok: false,
      error: { code: 'plan.unknown-source', sources: ['ghost'] },
    });
  });
});

describe('a plan from empty', () => {
  const texts = ['gcc:glibc,make', 'glibc:gcc', 'make'] as const;

  it('says what must come from elsewhere', () => {
    expect(makePlan(graphOf(...texts), { published: 'none' })).toEqual({
      ok: false,
      error: {
        code: 'plan.seed-missing',
        seeds: [{ source: 'gcc', capability: 'name(glibc)', from: 'glibc' }],
      },
    });
  });

  it('follows a hint in the first step only', () => {
    const graph = graphOf(...texts);
    const plan = planned(graph, {
      published: 'none',
      bootstrap: [{ source: 'gcc', without: ['glibc'] }],
    });
    expect(plan.cuts).toEqual([]);
    expect(plan.steps.filter((step) => step.source === 'gcc')).toEqual([
      {
        id: 'gcc@0',
        source: 'gcc',
        stage: 0,
        after: ['make@0'],
        published: [],
        without: ['name(glibc)'],
      },
      {
        id: 'gcc@1',
        source: 'gcc',
        stage: 1,
        after: ['gcc@0', 'glibc@0', 'make@0'],
        published: [],
        without: [],
      },
    ]);
    expect(faultsOf(graph, plan)).toEqual([]);
  });

  it('uses no hint that it does not need', () => {
    const bootstrap = [{ source: 'make', without: ['gcc'] }];
    const plan = planned(graphOf('make:gcc', 'gcc'), { published: 'none', bootstrap });
    expect(plan.steps).toHaveLength(2);
  });

  it('needs what the changed sources stand on', () => {
    const error = makePlan(graphOf('a:b', 'b'), { published: 'none', changed: ['a'] });
    expect(error).toMatchObject({ ok: false, error: { seeds: [{ source: 'a', from: 'b' }] } });
  });

  it('takes from the published what is published', () => {
    const plan = planned(graphOf('a:b', 'b:a'), { published: new Set(['a']) });
    expect(plan.cuts).toEqual([{ source: 'b', capability: 'name(a)', from: 'a' }]);
  });
});

/** A digraph with planted cycles, self-loops and dependencies that nobody provides. */
function randomNodes(seed: number, nodeCount: number, density: number): SourceNode[] {
  const random = seededRandom(seed);
  const pick = () => Math.floor(random() * nodeCount);
  return Array.from({ length: nodeCount }, (_, place): SourceNode => {
    const wanted = Array.from({ length: Math.floor(random() * 2 * density) }, () => `s${pick()}`);
    if (random() < 0.02) wanted.push(`s${place}`);
    if (random() < 0.05) wanted.push('ghost');
    const depends = random() < 0.2 ? [`s${pick()}`] : [];
    return {
      source: `s${place}`,
      buildDepends: wanted,
      packages: [{ name: `s${place}`, provides: [], depends }],
    };
  });
}

function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((left, right) => left.key - right.key)
    .map(({ item }) => item);
}

describe('on random digraphs', () => {
  const shape = fc.record({
    seed: fc.integer(),
    nodeCount: fc.integer({ min: 1, max: 60 }),
    density: fc.double({ min: 0.2, max: 5, noNaN: true }),
    closure: fc.boolean(),
    isPart: fc.boolean(),
  });

  it('every plan is sound and does not depend on the order of the sources', () => {
    fc.assert(
      fc.property(shape, ({ seed, nodeCount, density, closure, isPart }) => {
        const nodes = randomNodes(seed, nodeCount, density);
        const request = isPart ? { changed: ['s0'] } : {};
        const graph = buildGraph(nodes, { closure });
        const plan = planned(graph, request);
        expect(faultsOf(graph, plan)).toEqual([]);
        expect(planned(buildGraph(shuffled(nodes, seed), { closure }), request)).toEqual(plan);
      }),
      { numRuns: 80 },
    );
  });

  it.each([1.2, 5])(
    'is sound for 2,000 sources with about %d dependencies each',
    (density) => {
      const graph = buildGraph(randomNodes(7, 2_000, density));
      expect(faultsOf(graph, planned(graph, { effort: 'quick' }))).toEqual([]);
    },
    SLOW_TEST_MS,
  );

  it('from empty a plan is either sound with its hints or names seeds that would do', () => {
    fc.assert(
      fc.property(shape, ({ seed, nodeCount, density }) => {
        const graph = buildGraph(randomNodes(seed, nodeCount, density));
        const plan = makePlan(graph, { published: 'none' });
        if (plan.ok) {
          expect(plan.value.cuts).toEqual([]);
          expect(faultsOf(graph, plan.value)).toEqual([]);
          return;
        }
        if (plan.error.code !== 'plan.seed-missing') throw new Error(plan.error.code);
        const bySource = Map.groupBy(plan.error.seeds, (seed) => seed.source);
        const bootstrap = [...bySource].map(([source, seeds]) => ({
          source,
          without: seeds.map((each) => each.capability),
        }));
        const hinted = planned(graph, { published: 'none', bootstrap });
        expect(faultsOf(graph, hinted)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe.skipIf(!hasRealData())('the real graph', () => {
  const sources = hasRealData() ? realSources() : [];

  it.each([{ closure: false }, { closure: true }])(
    'has a sound plan with closure $closure',
    (reading) => {
      const graph = buildGraph(sources, reading);
      expect(faultsOf(graph, planned(graph))).toEqual([]);
    },
  );

  it('needs no more than 29 extra steps in the large component', () => {
    const graph = buildGraph(sources);
    const plan = planned(graph);
    const outside = ['file', 'flatpak', 'ldc', 'maven', 'openjdk-17', 'openjdk-21', 'openjdk-25'];
    const extra = plan.steps.filter((step) => step.stage > 0 && !outside.includes(step.source));
    expect(extra).toHaveLength(29);
  });
});
