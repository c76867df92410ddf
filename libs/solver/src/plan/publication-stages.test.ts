import { expect, it } from 'vitest';
import { buildGraph } from '../graph/dependency-graph.js';
import { makePlan } from './make-plan.js';
import { publicationStages } from './publication-stages.js';

it('puts what needs a second build of a cycle into the stage of that build', () => {
  const node = (source: string, ...buildDepends: string[]) => ({
    source,
    buildDepends,
    packages: [{ name: source, provides: [], depends: [] }],
  });
  const ring = [node('a', 'c', 'base'), node('b', 'a'), node('c', 'b')];
  const plan = makePlan(buildGraph([node('base'), ...ring, node('user', 'a')]), {
    published: new Set(['a', 'b', 'c']),
  });
  const steps = plan.ok ? plan.value.steps : [];
  const stages = publicationStages(steps);
  const again = steps.find((step) => step.stage === 1);
  expect(stages.get('base@0')).toBe(0);
  expect(stages.get(again?.id ?? '')).toBe(1);
  for (const step of steps)
    for (const before of step.after)
      expect(stages.get(before), `${step.id} after ${before}`).toBeLessThanOrEqual(
        stages.get(step.id) ?? -1,
      );
});
