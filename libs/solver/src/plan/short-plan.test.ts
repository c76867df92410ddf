import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/dependency-graph.js';
import { hasRealData, realSources } from '../graph/real-graph.conformance.js';
import { logNormalDurationsMs } from '../simulation/workload.js';
import { makePlan } from './make-plan.js';
import { criticalStepChain, planBoundMs } from './plan-bound.js';
import { faultsOf } from './plan-invariants.conformance.js';
import { makeShortPlan } from './short-plan.js';

const SLOW_TEST_MS = 60_000;

describe('the bound of a plan', () => {
  const step = (id: string, ...after: string[]) => ({ id, source: id, after });
  const steps = [
    step('long'),
    ...Array.from({ length: 8 }, (_, place) => step(`s${place}`, 'long')),
  ];
  const durationMsOf = (source: string) => (source === 'long' ? 100 : 10);

  it('counts what must come after a long step', () => {
    expect(planBoundMs({ steps, durationMsOf, builderCount: 4 })).toBe(120);
    expect(planBoundMs({ steps, durationMsOf, builderCount: 1 })).toBe(180);
    expect(planBoundMs({ steps, durationMsOf, builderCount: 100 })).toBe(110);
  });

  it('names the way that decides it', () => {
    const chain = [step('a'), step('b', 'a'), step('c', 'b'), step('d')];
    expect(criticalStepChain({ steps: chain, durationMsOf: () => 1, builderCount: 2 })).toEqual([
      'c',
      'b',
      'a',
    ]);
  });
});

it.skipIf(!hasRealData())(
  'shortens a plan whose longest way leads through the large cycle, with at most five more steps',
  () => {
    const graph = buildGraph(realSources());
    const durations = logNormalDurationsMs(graph.sourceNames(), { sigma: 1.5, seed: 5 });
    const workload = {
      durationMsOf: (source: string) => durations.get(source) ?? 0,
      builderCount: 8,
    };
    const [fewest, short] = [makePlan(graph), makeShortPlan(graph, {}, workload)];
    if (!fewest.ok || !short.ok) throw new Error('there are plans');
    expect(faultsOf(graph, short.value)).toEqual([]);
    expect(short.value.steps.length).toBeLessThanOrEqual(fewest.value.steps.length + 5);
    const [before, after] = [fewest, short].map((plan) =>
      planBoundMs({ steps: plan.value.steps, ...workload }),
    );
    console.log(
      `bound ${Math.round(before ?? 0)} ms before, ${Math.round(after ?? 0)} ms after, ${short.value.steps.length} steps`,
    );
    expect(after).toBeLessThan(0.97 * (before ?? 0));
  },
  SLOW_TEST_MS,
);
