import type { Instant } from '@cairn/std';
import { describe, expect, it } from 'vitest';
import { allocate, type AllocationFacts } from '../allocation/allocate.js';
import { explainTasks } from '../tasks/explain-tasks.js';
import { DecisionRecorder, type DecisionLogEntry } from './decision-log.js';
import { parseDecisionLine, replayDecisions } from './replay-decisions.js';

function allocationAt(
  now: number,
  ready: readonly string[],
  idle: readonly string[],
): AllocationFacts {
  return {
    now: now as Instant,
    readyTasks: ready.map((taskId) => ({
      taskId,
      project: 'p',
      sizeClass: 'small',
      needs: { architecture: 'x86_64' },
      tailMs: taskId.length,
      readySince: 0 as Instant,
    })),
    idleSlots: idle.map((builderId) => ({ builderId, slot: 0 })),
    builders: ['b1', 'b2'].map((builderId) => ({
      builderId,
      sizeClass: 'small',
      architectures: ['x86_64'],
    })),
  };
}

/** A recorded morning: two allocations, then a decision about readiness. */
function recorded(): DecisionLogEntry[] {
  const recorder = new DecisionRecorder();
  const first = allocationAt(1, ['a', 'bb', 'ccc'], ['b1', 'b2']);
  const second = allocationAt(2, ['a'], ['b2']);
  const facts = {
    tasks: ['x', 'y'].map((source, place) => ({
      taskId: place,
      source,
      profile: 'p',
      architecture: 'x86_64',
      status: 'new' as const,
      createdAt: place as Instant,
    })),
    recipes: [
      { source: 'x', buildDepends: ['y'], packages: [] },
      { source: 'y', buildDepends: [], packages: [{ name: 'y', provides: [], depends: [] }] },
    ],
    published: [],
    now: 3 as Instant,
  };
  return [
    ...recorder.allocation(first, allocate(first)),
    ...recorder.allocation(second, allocate(second)),
    ...recorder.readiness(facts, explainTasks(facts)),
  ];
}

function throughText(entries: readonly DecisionLogEntry[]): DecisionLogEntry[] {
  return entries.map((entry, place) => {
    const parsed = parseDecisionLine(JSON.stringify(entry), place + 1);
    if (!parsed.ok) throw new Error(parsed.error.message);
    return parsed.value;
  });
}

describe('a replayed log', () => {
  it('reaches the recorded decisions, twice with the same hash', () => {
    const first = replayDecisions(throughText(recorded()));
    expect(first).toMatchObject({ decisions: 3, differences: [] });
    expect(replayDecisions(recorded()).decisionHash).toBe(first.decisionHash);
  });

  it('writes only what changed', () => {
    const entries = recorded();
    const second = entries.slice(entries.findIndex((entry) => 'decide' in entry) + 1);
    const until = second.slice(
      0,
      second.findIndex((entry) => 'decide' in entry),
    );
    expect(until).toEqual([
      { unset: 'ready', key: '"bb"' },
      { unset: 'ready', key: '"ccc"' },
      { unset: 'slot', key: 'b1/0' },
    ]);
  });

  it('shows a decision that today would be another', () => {
    const entries = recorded().map((entry): DecisionLogEntry =>
      'decide' in entry && entry.decide === 'allocate' && entry.now === 2
        ? { ...entry, assignments: [] }
        : entry,
    );
    const found = replayDecisions(entries);
    expect(found.differences).toMatchObject([
      { decide: 'allocate', recorded: [], reached: [{ taskId: 'a', builderId: 'b2' }] },
    ]);
  });
});

it.each([
  '',
  '[]',
  '7',
  '{}',
  '{"set":"nothing","key":"k","value":{}}',
  '{"set":"task","key":"k"}',
  '{"decide":"allocate","now":1}',
  '{"decide":"guess","now":1,"readiness":[]}',
])('refuses the line %j', (text) => {
  expect(parseDecisionLine(text, 4)).toMatchObject({
    ok: false,
    error: { code: 'plan.bad-decision-log', line: 4 },
  });
});
