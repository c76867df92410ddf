import { describe, expect, it } from 'vitest';
import type { PlanStep } from './build-plan.js';
import { sparedSteps } from './early-cut-off.js';

function step(id: string, after: string[], published: string[] = []): PlanStep {
  const [source = '', stage] = id.split('@');
  return {
    id,
    source,
    stage: Number(stage),
    after,
    published: published.map((each) => ({ source: each, capability: `name(${each})` })),
    without: [],
  };
}

/** `lib` changed; `tool` needs it, `app` needs `tool`; `other` needs `lib` too. */
const CHAIN = [
  step('lib@0', []),
  step('tool@0', ['lib@0']),
  step('other@0', ['lib@0']),
  step('app@0', ['tool@0']),
];

function spared(
  steps: readonly PlanStep[],
  settled: readonly string[],
  other: readonly string[],
  changed = ['lib'],
): string[] {
  return sparedSteps({
    steps,
    changed: new Set(changed),
    settled: new Set(settled),
    waiting: new Set(steps.map(({ id }) => id).filter((id) => !settled.includes(id))),
    exportsOther: (source) => other.includes(source),
  });
}

describe('early cut-off', () => {
  it('spares everything behind a build that exports the same', () => {
    expect(spared(CHAIN, ['lib@0'], [])).toEqual(['tool@0', 'other@0', 'app@0']);
  });

  it('spares only what is behind the ones that stayed the same', () => {
    expect(spared(CHAIN, ['lib@0'], ['lib'])).toEqual([]);
    expect(spared(CHAIN, ['lib@0', 'tool@0'], ['lib'])).toEqual(['app@0']);
  });

  it('knows nothing before a build is done, and never spares what changed', () => {
    expect(spared(CHAIN, [], [])).toEqual([]);
    expect(spared(CHAIN, ['lib@0'], [], ['lib', 'tool'])).toEqual(['other@0']);
  });

  it('builds the first stage of a cycle, and spares the second when what it used stayed the same', () => {
    const ring = [
      step('lib@0', []),
      step('a@0', ['lib@0'], ['b']),
      step('b@0', ['a@0']),
      step('a@1', ['a@0', 'b@0', 'lib@0']),
    ];
    expect(spared(ring, ['lib@0'], [])).toEqual([]);
    expect(spared(ring, ['lib@0', 'a@0'], ['lib'])).toEqual(['b@0', 'a@1']);
    expect(spared(ring, ['lib@0', 'a@0', 'b@0'], ['lib', 'b'])).toEqual([]);
  });
});
