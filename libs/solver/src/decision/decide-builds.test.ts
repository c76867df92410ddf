import type { Instant } from '@cairn/std';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BuilderFacts } from '../allocation/builder-fit.js';
import type { PublishedSource, RecipeFacts, TaskFacts, TaskStatus } from '../tasks/task-facts.js';
import { decideBuilds, type BuildWish, type DecisionFacts } from './decide-builds.js';
import { taskTailsMs } from './task-tails.js';

const NOW = 1_000_000 as Instant;
const HOUR_MS = 3_600_000;

function recipe(source: string, ...buildDepends: string[]): RecipeFacts {
  return { source, buildDepends, packages: [{ name: source, provides: [], depends: [] }] };
}

function index(...sources: string[]): PublishedSource[] {
  return sources.map((source) => ({
    source,
    sourceRelease: 1,
    packages: [{ name: source, provides: [], depends: [] }],
  }));
}

function task(
  source: string,
  status: TaskStatus = 'new',
  more: Partial<TaskFacts<string>> = {},
): TaskFacts<string> {
  return {
    taskId: `${source}:${status}`,
    source,
    status,
    profile: 'main',
    architecture: 'x86_64',
    createdAt: 1 as Instant,
    sourceRelease: 2,
    ...more,
  };
}

function builder(builderId: string, more: Partial<BuilderFacts> = {}): BuilderFacts {
  return { builderId, sizeClass: 'small', architectures: ['x86_64'], ...more };
}

type Situation = Partial<DecisionFacts<string>> & { readonly wish?: Partial<BuildWish> };

function decide({ wish, ...situation }: Situation) {
  const builders = situation.builders ?? [builder('b')];
  return decideBuilds<string>({
    tasks: [task('A')],
    recipes: [recipe('A', 'B'), recipe('B', 'C'), recipe('C')],
    published: index('A', 'B', 'C'),
    now: NOW,
    builders,
    idleSlots: builders.map(({ builderId }) => ({ builderId, slot: 0 })),
    wishOf: () => ({
      project: 'p',
      sizeClass: 'small',
      needs: { architecture: 'x86_64' },
      durationMs: 60_000,
      ...wish,
    }),
    ...situation,
  });
}

const ring = [recipe('A', 'B'), recipe('B', 'A')];
const self = [recipe('A', 'A')];
const busy = { idleSlots: [], busySlots: [{ builderId: 'b', freeAt: (NOW + HOUR_MS) as Instant }] };
const runtime: RecipeFacts = {
  source: 'B',
  buildDepends: [],
  packages: [{ name: 'B', provides: [], depends: ['C'] }],
};

/** What is injected, the situation, and the part of A's reason that must name it. */
const SITUATIONS: readonly (readonly [string, Situation, object])[] = [
  ['nothing', {}, { code: 'assigned', builderId: 'b' }],
  [
    'a dependency that waits for a builder',
    { tasks: [task('A'), task('B')] },
    { code: 'waits-for-dependency', chain: [{ source: 'B' }] },
  ],
  [
    'a dependency that is being built',
    { tasks: [task('A'), task('B', 'building')] },
    { code: 'waits-for-dependency', chain: [{ taskId: 'B:building' }] },
  ],
  [
    'a dependency that is being published',
    { tasks: [task('A'), task('B', 'publishing')] },
    { code: 'waits-for-dependency', chain: [{ taskId: 'B:publishing' }] },
  ],
  [
    "another change set's staged dependency",
    { tasks: [task('A', 'new', { changeSet: 'x' }), task('B', 'staged', { changeSet: 'y' })] },
    { code: 'waits-for-dependency', chain: [{ taskId: 'B:staged' }] },
  ],
  [
    'a chain of two',
    { tasks: [task('A'), task('B'), task('C')] },
    { code: 'waits-for-dependency', chain: [{ source: 'B' }, { source: 'C' }] },
  ],
  [
    'a runtime dependency',
    { tasks: [task('A'), task('C')], recipes: [recipe('A', 'B'), runtime, recipe('C')] },
    { code: 'waits-for-dependency', chain: [{ source: 'C', capability: 'name(C)' }] },
  ],
  [
    "a remote's task",
    {
      tasks: [task('A'), task('B', 'new', { profile: 'far' })],
      remotes: new Map([['main', ['far']]]),
    },
    { code: 'waits-for-dependency', chain: [{ source: 'B' }] },
  ],
  [
    'a failed dependency',
    { tasks: [task('A'), task('B', 'failed')] },
    { code: 'blocked-by-failure', outcome: 'failed', chain: [{ source: 'B' }] },
  ],
  [
    'a cancelled dependency',
    { tasks: [task('A'), task('B', 'cancelled')] },
    { code: 'blocked-by-failure', outcome: 'cancelled', chain: [{ source: 'B' }] },
  ],
  [
    'a failure behind a waiting dependency',
    { tasks: [task('A'), task('B'), task('C', 'failed')] },
    { code: 'blocked-by-failure', chain: [{ source: 'B' }, { source: 'C' }] },
  ],
  [
    'a failed dependency that is tried again',
    { tasks: [task('A'), task('B', 'failed'), task('B', 'new', { createdAt: 2 as Instant })] },
    { code: 'waits-for-dependency', chain: [{ taskId: 'B:new' }] },
  ],
  [
    'an older build of the same source',
    { tasks: [task('A', 'building'), task('A', 'new', { createdAt: 2 as Instant })] },
    { code: 'waits-for-earlier-build', taskId: 'A:building' },
  ],
  ['a paused project', { tasks: [task('A', 'new', { isPaused: true })] }, { code: 'paused' }],
  ['a paused farm', { isPaused: true }, { code: 'paused' }],
  ['a hold', { tasks: [task('A', 'new', { isHeld: true })] }, { code: 'held' }],
  [
    'a retry later',
    { tasks: [task('A', 'new', { retryAt: (NOW + 1) as Instant })] },
    { code: 'retry-at', at: NOW + 1 },
  ],
  [
    'a published cycle with busy builders',
    { tasks: [task('A'), task('B')], recipes: ring, ...busy },
    { code: 'fitting-builders-busy' },
  ],
  [
    'a cycle that the other member begins',
    { tasks: [task('A'), task('B')], recipes: ring, published: index('A') },
    { code: 'waits-for-dependency', chain: [{ source: 'B' }] },
  ],
  [
    'a cycle without a seed',
    { tasks: [task('A'), task('B')], recipes: ring, published: [] },
    { code: 'cycle-seed-missing', members: ['A', 'B'] },
  ],
  [
    'a source that needs itself and is not published',
    { recipes: self, published: [] },
    { code: 'cycle-seed-missing', members: ['A'] },
  ],
  ['no builder at all', { builders: [] }, { code: 'no-builder-connected' }],
  [
    'builders of another architecture',
    { builders: [builder('b', { architectures: ['aarch64'] })] },
    { code: 'no-fitting-builder', missing: [{ need: 'architecture', wouldFit: 1 }] },
  ],
  [
    'too low an ISA level',
    {
      wish: { needs: { architecture: 'x86_64', isaLevel: 3 } },
      builders: [builder('b', { isaLevel: 2 })],
    },
    { code: 'no-fitting-builder', missing: [{ need: 'isa-level', wouldFit: 1 }] },
  ],
  [
    'too little memory',
    {
      wish: { needs: { architecture: 'x86_64', memoryBytes: 9 } },
      builders: [builder('b', { memoryBytes: 8 }), builder('c', { memoryBytes: 7 })],
    },
    { code: 'no-fitting-builder', missing: [{ need: 'memory', lacking: 2, wouldFit: 2 }] },
  ],
  [
    'too little disk',
    {
      wish: { needs: { architecture: 'x86_64', diskBytes: 9 } },
      builders: [builder('b', { diskBytes: 8 })],
    },
    { code: 'no-fitting-builder', missing: [{ need: 'disk' }] },
  ],
  [
    'a missing feature',
    { wish: { needs: { architecture: 'x86_64', features: ['emul32'] } } },
    { code: 'no-fitting-builder', missing: [{ need: 'features' }] },
  ],
  [
    'a paused builder',
    { builders: [builder('b', { isPaused: true })] },
    { code: 'no-fitting-builder', missing: [{ need: 'unpaused', wouldFit: 1 }] },
  ],
  [
    'busy builders',
    busy,
    { code: 'fitting-builders-busy', fitting: 1, ahead: 0, expectedStart: NOW + HOUR_MS },
  ],
  [
    'a longer path before it',
    {
      tasks: [task('A'), task('X')],
      recipes: [recipe('A'), recipe('X')],
      ...busy,
      wishOf: (each) => ({
        project: 'p',
        sizeClass: 'small',
        needs: { architecture: 'x86_64' },
        durationMs: each.source === 'X' ? HOUR_MS : 1,
      }),
    },
    { code: 'fitting-builders-busy', ahead: 1, expectedStart: NOW + 2 * HOUR_MS },
  ],
  [
    'only smaller builders idle',
    {
      wish: { sizeClass: 'large' },
      builders: [builder('b'), builder('l', { sizeClass: 'large' })],
      idleSlots: [{ builderId: 'b', slot: 0 }],
    },
    { code: 'waits-for-larger-builder', sizeClass: 'large', fitting: 1 },
  ],
];

describe('the reason that is named is the one that was injected', () => {
  it.each(SITUATIONS)('%s', (_, situation, expected) => {
    const { verdicts } = decide(situation);
    const verdict = verdicts.find(
      ({ explanation }) => explanation.source === 'A' && explanation.reason.code !== 'building',
    );
    expect(verdict?.reason).toMatchObject(expected);
    expect(verdict?.sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('covers thirty situations', () => {
    expect(SITUATIONS.length).toBeGreaterThanOrEqual(30);
  });
});

it('C51: a paused farm gives out nothing; resumed it does', () => {
  expect(decide({ isPaused: true }).assignments).toEqual([]);
  expect(decide({}).assignments).toMatchObject([{ taskId: 'A:new', builderId: 'b' }]);
});

it('gives a builder to the task with the longest remaining path', () => {
  const found = decide({
    tasks: [task('A'), task('B'), task('C'), task('X')],
    recipes: [recipe('A', 'B'), recipe('B', 'C'), recipe('C'), recipe('X')],
  });
  expect(found.assignments.map((each) => each.taskId)).toEqual(['C:new']);
});

it('adds up the durations behind a task', () => {
  const link = (taskId: string) => ({ taskId, source: taskId, capability: '' });
  const tails = taskTailsMs(
    [
      { taskId: 'a', waitsFor: [link('b'), link('c')] },
      { taskId: 'b', waitsFor: [link('c')] },
      { taskId: 'c', waitsFor: [] },
    ],
    (taskId) => ({ a: 1, b: 10, c: 100 })[taskId] ?? 0,
  );
  expect(Object.fromEntries(tails)).toEqual({ a: 1, b: 11, c: 111 });
});

const letter = fc.constantFrom('A', 'B', 'C', 'D', 'E');
const statuses = fc.constantFrom<TaskStatus>(
  'new',
  'new',
  'new',
  'building',
  'publishing',
  'staged',
  'completed',
  'failed',
  'cancelled',
  'superseded',
);
const world = fc.record({
  tasks: fc.uniqueArray(
    fc.record({
      source: letter,
      status: statuses,
      createdAt: fc.nat(20),
      isHeld: fc.boolean(),
      retryAt: fc.nat(2_000_000),
    }),
    { maxLength: 10, selector: (each) => `${each.source}:${each.status}` },
  ),
  depends: fc.array(fc.array(letter, { maxLength: 3 }), { minLength: 5, maxLength: 5 }),
  published: fc.subarray(['A', 'B', 'C', 'D', 'E']),
  builders: fc.nat(3),
});

it('no open task is ever without a reason, nothing else is built, and the order of the tasks does not matter', () => {
  fc.assert(
    fc.property(world, ({ tasks, depends, published, builders }) => {
      const situation: Situation = {
        tasks: tasks.map((each) =>
          task(each.source, each.status, {
            createdAt: each.createdAt as Instant,
            isHeld: each.isHeld,
            retryAt: each.retryAt as Instant,
          }),
        ),
        recipes: ['A', 'B', 'C', 'D', 'E'].map((source, place) =>
          recipe(source, ...(depends[place] ?? [])),
        ),
        published: index(...published),
        builders: Array.from({ length: builders }, (_, place) => builder(`b${place}`)),
      };
      const found = decide(situation);
      const open = tasks.filter((each) =>
        ['new', 'building', 'publishing', 'staged'].includes(each.status),
      );
      expect(found.verdicts.length).toBe(open.length);
      for (const verdict of found.verdicts) expect(verdict.sentence).toMatch(/\.$/);
      const ready = found.verdicts.filter(({ explanation }) => explanation.readiness === 'ready');
      const readyIds = new Set(ready.map(({ explanation }) => explanation.taskId));
      for (const { taskId } of found.assignments) expect(readyIds).toContain(taskId);
      expect(found.assignments.length).toBe(Math.min(builders, ready.length));
      const turned = decide({ ...situation, tasks: [...(situation.tasks ?? [])].reverse() });
      expect(turned.assignments).toEqual(found.assignments);
    }),
  );
});

it('something is ready whenever tasks wait only for each other and everything is published', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(letter, { maxLength: 5 }), { minLength: 5, maxLength: 5 }),
      (depends) => {
        const names = ['A', 'B', 'C', 'D', 'E'];
        const found = decide({
          tasks: names.map((name) => task(name)),
          recipes: names.map((source, place) => recipe(source, ...(depends[place] ?? []))),
          published: index(...names),
        });
        expect(found.assignments).toHaveLength(1);
      },
    ),
  );
});
