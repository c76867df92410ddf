import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/dependency-graph.js';
import { hasRealData, realSources } from '../graph/real-graph.conformance.js';
import type { PlanStep } from '../plan/build-plan.js';
import { makePlan } from '../plan/make-plan.js';
import { simulate, type SimulationFacts, type SimulationResult } from './simulate.js';
import { logNormalDurationsMs } from './workload.js';

function step(source: string, ...after: string[]): PlanStep {
  return { id: source, source, stage: 0, after, published: [], without: [] };
}

/** What a run did wrong: a step not built exactly once, before what it waits for, or on a builder that was busy. */
function faultsOf(steps: readonly PlanStep[], result: SimulationResult): string[] {
  const faults: string[] = [];
  const ends = new Map<string, number>();
  for (const build of result.decisions) {
    if (build.outcome !== 'built') continue;
    if (ends.has(build.step)) faults.push(`${build.step} was built twice`);
    ends.set(build.step, build.endMs);
  }
  const byId = new Map(steps.map((each) => [each.id, each]));
  for (const build of result.decisions) {
    for (const before of byId.get(build.step)?.after ?? []) {
      if ((ends.get(before) ?? Infinity) > build.startMs)
        faults.push(`${build.step} began before ${before} was built`);
    }
  }
  for (const each of steps) if (!ends.has(each.id)) faults.push(`${each.id} was not built`);
  for (const builds of Map.groupBy(result.decisions, (build) => build.builderId).values()) {
    builds.sort((left, right) => left.startMs - right.startMs);
    for (const [place, build] of builds.entries()) {
      if ((builds[place + 1]?.startMs ?? Infinity) < build.endMs)
        faults.push(`${build.builderId} built two at once`);
    }
  }
  return faults;
}

const diamond = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c')];

describe('a simulated rebuild', () => {
  it('takes the time of the work with one builder and of the critical path with two', () => {
    const facts = { steps: diamond, durationMsOf: () => 10, seed: 1 };
    expect(simulate({ ...facts, builderCount: 1 })).toMatchObject({
      makespanMs: 40,
      lowerBoundMs: 40,
      utilisation: 1,
    });
    expect(simulate({ ...facts, builderCount: 2 })).toMatchObject({
      makespanMs: 30,
      lowerBoundMs: 30,
    });
  });

  it('begins with the longest remaining path', () => {
    const steps = [step('short'), step('x'), step('y', 'x'), step('z', 'y')];
    const facts: SimulationFacts = { steps, durationMsOf: () => 10, builderCount: 1, seed: 1 };
    const order = (policy: 'longest-path' | 'first-come') =>
      simulate({ ...facts, policy }).decisions.map((build) => build.step);
    expect(order('longest-path')[0]).toBe('x');
    expect(order('first-come').slice(0, 2)).toEqual(['short', 'x']);
  });

  it('tries failed and lost builds again and counts their work', () => {
    const facts: SimulationFacts = {
      steps: Array.from({ length: 60 }, (_, place) =>
        step(`s${place}`, ...(place > 20 ? [`s${place - 20}`] : [])),
      ),
      durationMsOf: () => 100,
      builderCount: 4,
      seed: 5,
      failureShare: 0.2,
      comingAndGoing: { meanPresentMs: 600, meanAbsentMs: 200 },
    };
    const result = simulate(facts);
    expect(faultsOf(facts.steps as PlanStep[], result)).toEqual([]);
    expect(result.failures).toBeGreaterThan(0);
    expect(result.losses).toBeGreaterThan(0);
    expect(result.builds).toBe(60 + result.failures + result.losses);
    expect(result.makespanMs).toBeGreaterThanOrEqual(result.lowerBoundMs);
  });
});

describe.skipIf(!hasRealData())('the real graph', () => {
  const graph = buildGraph(hasRealData() ? realSources() : []);
  const plan = makePlan(graph, { relief: 'earliest-start' });
  const steps = plan.ok ? plan.value.steps : [];

  function runs(facts: { sigma: number; seed: number; builderCount: number }) {
    const durations = logNormalDurationsMs(graph.sourceNames(), facts);
    const base = { steps, durationMsOf: (source: string) => durations.get(source) ?? 0, ...facts };
    return {
      exact: simulate(base),
      again: simulate(base),
      noisy: simulate({ ...base, noiseFactor: 2 }),
      firstCome: simulate({ ...base, policy: 'first-come' }),
      failing: simulate({ ...base, failureShare: 0.05 }),
    };
  }

  it.each([
    { builderCount: 8, sigma: 1, seed: 1 },
    { builderCount: 40, sigma: 1.5, seed: 2 },
    { builderCount: 200, sigma: 2, seed: 3 },
  ])(
    'is rebuilt near the bound by $builderCount builders with sigma $sigma',
    (facts) => {
      const { exact, again, noisy, firstCome, failing } = runs(facts);
      expect([exact, noisy, failing].flatMap((result) => faultsOf(steps, result))).toEqual([]);
      expect(again.decisionHash).toBe(exact.decisionHash);
      expect(noisy.decisionHash).not.toBe(exact.decisionHash);
      expect(exact.makespanMs / exact.lowerBoundMs).toBeLessThanOrEqual(1.02);
      expect(noisy.makespanMs / noisy.lowerBoundMs).toBeLessThanOrEqual(1.1);
      expect(noisy.makespanMs).toBeLessThanOrEqual(1.01 * firstCome.makespanMs);
      expect(exact.planBoundMs).toBeLessThanOrEqual(exact.makespanMs + 1);
      expect(failing.failures).toBeGreaterThan(0);
    },
    60_000,
  );
});
