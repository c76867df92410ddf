import { instantOf } from '@cairn/std';
import { describe, expect, it } from 'vitest';
import { buildGraph } from '../graph/dependency-graph.js';
import type { PlanStep } from '../plan/build-plan.js';
import { makePlan } from '../plan/make-plan.js';
import { explainSteps } from './explain-steps.js';
import type { TaskFacts, TaskStatus } from './task-facts.js';

/** `app` needs the ring of `a` and `b`; one of the two is built twice. */
const NODES = [
  { source: 'a', buildDepends: ['b'], packages: [{ name: 'a', provides: [], depends: [] }] },
  { source: 'b', buildDepends: ['a'], packages: [{ name: 'b', provides: [], depends: [] }] },
  { source: 'app', buildDepends: ['a', 'b'], packages: [] },
];

function ringSteps(): readonly PlanStep[] {
  const plan = makePlan(buildGraph(NODES));
  if (!plan.ok) throw new Error(plan.error.code);
  return plan.value.steps;
}

function explained(
  statuses: Readonly<Record<string, TaskStatus>>,
  more: Partial<TaskFacts<string>> = {},
) {
  const steps = ringSteps().map((step) => ({
    step,
    task: {
      taskId: step.id,
      source: step.source,
      profile: 'main',
      architecture: 'x86_64',
      status: statuses[step.id] ?? ('new' as const),
      createdAt: instantOf(new Date(0)),
      ...more,
    },
  }));
  const found = explainSteps({ steps, now: instantOf(new Date(0)) });
  return new Map(found.map((each) => [each.taskId, each]));
}

describe('the steps of a plan', () => {
  it('begin with the first build of a cycle and say what it uses', () => {
    const found = explained({});
    expect(found.get('a@0')?.reason).toEqual({
      code: 'cycle-stage',
      published: [{ source: 'b', capability: 'name(b)' }],
    });
    expect(found.get('b@0')?.waitsFor.map((link) => link.taskId)).toEqual(['a@0']);
    expect(found.get('app@0')?.reason.code).toBe('waits-for-dependency');
  });

  it('go on when everything before is staged', () => {
    const found = explained({ 'a@0': 'staged', 'b@0': 'staged' });
    expect(found.get('a@1')?.reason.code).toBe('ready');
    expect(found.get('app@0')?.waitsFor.map((link) => link.taskId)).toEqual(['a@1']);
  });

  it('are held back by a failure, however far', () => {
    const found = explained({ 'a@0': 'staged', 'b@0': 'failed' });
    expect(found.get('a@1')?.readiness).toBe('blocked');
    expect(found.get('app@0')?.blockedBy.map((link) => link.taskId)).toEqual(['b@0']);
  });

  it('wait while their rebuild is paused', () => {
    expect(explained({}, { isPaused: true }).get('a@0')?.reason.code).toBe('paused');
  });
});
