import type { Instant } from '@cairn/std';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, type AllocationFacts } from './allocate.js';
import { unmetNeeds, type BuilderFacts, type SizeClass } from './builder-fit.js';
import { explainAllocation } from './explain-allocation.js';
import type { ReadyTask } from './ready-task.js';

const NOW = 1_000 as Instant;

function ready(
  taskId: string,
  sizeClass: SizeClass = 'small',
  more: Partial<ReadyTask<string>> = {},
): ReadyTask<string> {
  return {
    taskId,
    project: 'p',
    sizeClass,
    needs: { architecture: 'x86_64' },
    tailMs: 0,
    readySince: NOW,
    ...more,
  };
}

function builder(
  builderId: string,
  sizeClass: SizeClass = 'small',
  more: Partial<BuilderFacts> = {},
): BuilderFacts {
  return { builderId, sizeClass, architectures: ['x86_64'], ...more };
}

function idle(...builderIds: string[]) {
  return builderIds.map((builderId) => ({ builderId, slot: 0 }));
}

function placed(facts: Omit<AllocationFacts<string>, 'now'>): Record<string, string> {
  return Object.fromEntries(
    allocate({ now: NOW, ...facts }).map((each) => [each.taskId, each.builderId]),
  );
}

const [L, S] = [ready('L', 'large'), ready('S', 'small')];
const [large, medium, small] = [
  builder('large', 'large'),
  builder('medium', 'medium'),
  builder('small', 'small'),
];

describe('size classes and the waiting rule', () => {
  it('C40: large goes to large, small to small', () => {
    const facts = {
      readyTasks: [S, L],
      idleSlots: idle('large', 'small'),
      builders: [large, small],
    };
    expect(placed(facts)).toEqual({ L: 'large', S: 'small' });
  });

  it('C41: a large task waits for the busy large builder', () => {
    expect(placed({ readyTasks: [L], idleSlots: idle('small'), builders: [large, small] })).toEqual(
      {},
    );
  });

  it('C42: without a large builder it goes to the largest there is', () => {
    const facts = {
      readyTasks: [L],
      idleSlots: idle('medium', 'small'),
      builders: [medium, small],
    };
    expect(placed(facts)).toEqual({ L: 'medium' });
  });

  it('C43: and waits for that one when it is busy', () => {
    expect(
      placed({ readyTasks: [L], idleSlots: idle('small'), builders: [medium, small] }),
    ).toEqual({});
  });

  it('C44: a small task may use a large builder', () => {
    expect(placed({ readyTasks: [S], idleSlots: idle('large'), builders: [large, small] })).toEqual(
      { S: 'large' },
    );
  });

  it('does not wait for a large builder that would not fit anyway', () => {
    const arm = builder('arm', 'large', { architectures: ['aarch64'] });
    expect(placed({ readyTasks: [L], idleSlots: idle('small'), builders: [arm, small] })).toEqual({
      L: 'small',
    });
  });
});

describe('who goes first', () => {
  const one = { idleSlots: idle('small'), builders: [small] };

  it('the longest remaining path', () => {
    const readyTasks = [
      ready('short', 'small', { tailMs: 5 }),
      ready('long', 'small', { tailMs: 9 }),
    ];
    expect(placed({ ...one, readyTasks })).toEqual({ long: 'small' });
  });

  it("but the operator's bump before it", () => {
    const readyTasks = [
      ready('bumped', 'small', { bump: 1 }),
      ready('long', 'small', { tailMs: 9 }),
    ];
    expect(placed({ ...one, readyTasks })).toEqual({ bumped: 'small' });
  });

  it('and what is overdue', () => {
    const readyTasks = [
      ready('late', 'small', { overdueAt: NOW }),
      ready('long', 'small', { tailMs: 9 }),
    ];
    expect(placed({ ...one, readyTasks })).toEqual({ late: 'small' });
  });

  it('projects share builders by weight', () => {
    const many = Array.from({ length: 12 }, (_, place) => [
      ready(`a${place}`, 'small', { project: 'a', tailMs: 100 }),
      ready(`b${place}`, 'small', { project: 'b' }),
    ]).flat();
    const builders = Array.from({ length: 9 }, (_, place) => builder(`n${place}`));
    const facts = {
      readyTasks: many,
      builders,
      idleSlots: idle(...builders.map((each) => each.builderId)),
    };
    const count = (found: Record<string, string>, project: string) =>
      Object.keys(found).filter((taskId) => taskId.startsWith(project)).length;
    expect(count(placed(facts), 'b')).toBe(4);
    expect(count(placed({ ...facts, shares: [{ project: 'b', weight: 2 }] }), 'b')).toBe(6);
    expect(count(placed({ ...facts, shares: [{ project: 'a', runningBuilds: 9 }] }), 'b')).toBe(9);
  });
});

describe('reasons', () => {
  const reasonOf = (facts: Omit<AllocationFacts<string>, 'now'>, freeAt?: number) =>
    explainAllocation({
      now: NOW,
      ...facts,
      assignments: allocate({ now: NOW, ...facts }),
      busySlots:
        freeAt === undefined
          ? []
          : facts.builders.map(({ builderId }) => ({ builderId, freeAt: freeAt as Instant })),
    }).map((each) => each.reason);

  it('names what is missing and how many would fit', () => {
    const v3 = ready('t', 'small', {
      needs: { architecture: 'x86_64', isaLevel: 3, memoryBytes: 8 },
    });
    const builders = [
      builder('a', 'small', { isaLevel: 2 }),
      builder('b', 'small', { isaLevel: 2, memoryBytes: 4 }),
    ];
    expect(reasonOf({ readyTasks: [v3], builders, idleSlots: idle('a', 'b') })).toEqual([
      {
        code: 'no-fitting-builder',
        connected: 2,
        missing: [
          { need: 'isa-level', lacking: 2, wouldFit: 1 },
          { need: 'memory', lacking: 1, wouldFit: 0 },
        ],
      },
    ]);
  });

  it('tells the expected start when all are busy, and who goes first', () => {
    const readyTasks = [ready('one', 'small', { tailMs: 9, durationMs: 500 }), ready('two')];
    expect(reasonOf({ readyTasks, builders: [small], idleSlots: [] }, 4_000)).toEqual([
      { code: 'fitting-builders-busy', fitting: 1, ahead: 0, expectedStart: 4_000 },
      { code: 'fitting-builders-busy', fitting: 1, ahead: 1, expectedStart: 4_500 },
    ]);
  });

  it('tells that it waits for a larger builder, that none is connected, and where it went', () => {
    expect(
      reasonOf({ readyTasks: [L], builders: [large, small], idleSlots: idle('small') }),
    ).toMatchObject([{ code: 'waits-for-larger-builder', sizeClass: 'large', fitting: 1 }]);
    expect(reasonOf({ readyTasks: [L], builders: [], idleSlots: [] })).toEqual([
      { code: 'no-builder-connected' },
    ]);
    expect(reasonOf({ readyTasks: [S], builders: [small], idleSlots: idle('small') })).toEqual([
      { code: 'assigned', builderId: 'small' },
    ]);
  });
});

const size = fc.constantFrom<SizeClass>('small', 'medium', 'large');
const architecture = fc.constantFrom('x86_64', 'aarch64');
const arbitraryFacts = fc
  .record({
    tasks: fc.array(
      fc.record({
        sizeClass: size,
        architecture,
        isaLevel: fc.integer({ min: 1, max: 4 }),
        tailMs: fc.nat(50),
        project: fc.constantFrom('p', 'q'),
      }),
      { maxLength: 20 },
    ),
    builders: fc.array(
      fc.record({
        sizeClass: size,
        architecture,
        isaLevel: fc.integer({ min: 1, max: 4 }),
        slots: fc.nat(3),
        isPaused: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ tasks, builders }): AllocationFacts<string> => ({
    now: NOW,
    readyTasks: tasks.map((each, place) =>
      ready(`t${place}`, each.sizeClass, {
        ...each,
        needs: { architecture: each.architecture, isaLevel: each.isaLevel },
      }),
    ),
    builders: builders.map((each, place) =>
      builder(`b${place}`, each.sizeClass, {
        architectures: [each.architecture],
        isaLevel: each.isaLevel,
        isPaused: each.isPaused,
      }),
    ),
    idleSlots: builders.flatMap((each, place) =>
      Array.from({ length: each.slots }, (_, slot) => ({ builderId: `b${place}`, slot })),
    ),
  }));

it('gives each slot once, each task once, and only to builders that fit', () => {
  fc.assert(
    fc.property(arbitraryFacts, (facts) => {
      const found = allocate(facts);
      const slots = found.map((each) => `${each.builderId}/${each.slot}`);
      expect(new Set(slots).size).toBe(slots.length);
      expect(new Set(found.map((each) => each.taskId)).size).toBe(found.length);
      const offered = new Set(facts.idleSlots.map((each) => `${each.builderId}/${each.slot}`));
      for (const each of found) {
        const task = facts.readyTasks.find(({ taskId }) => taskId === each.taskId);
        const taker = facts.builders.find(({ builderId }) => builderId === each.builderId);
        expect(offered).toContain(`${each.builderId}/${each.slot}`);
        expect(task && taker && unmetNeeds(task.needs, taker)).toEqual([]);
      }
    }),
  );
});

it('leaves no slot idle for which a waiting task would be allowed, and does not depend on order', () => {
  fc.assert(
    fc.property(arbitraryFacts, (facts) => {
      const found = allocate(facts);
      const left = facts.readyTasks.filter((task) =>
        found.every((each) => each.taskId !== task.taskId),
      );
      const free = facts.idleSlots.filter(
        (slot) =>
          !found.some((each) => each.builderId === slot.builderId && each.slot === slot.slot),
      );
      expect(allocate({ ...facts, readyTasks: left, idleSlots: free })).toEqual([]);
      const turned = {
        ...facts,
        readyTasks: [...facts.readyTasks].reverse(),
        idleSlots: [...facts.idleSlots].reverse(),
        builders: [...facts.builders].reverse(),
      };
      expect(allocate(turned)).toEqual(found);
    }),
  );
});

it('has a reason for every ready task', () => {
  fc.assert(
    fc.property(arbitraryFacts, (facts) => {
      const assignments = allocate(facts);
      const explained = explainAllocation({ ...facts, assignments });
      expect(explained.map((each) => each.taskId).sort()).toEqual(
        facts.readyTasks.map((each) => each.taskId).sort(),
      );
      for (const each of explained) {
        const isPlaced = assignments.some(({ taskId }) => taskId === each.taskId);
        expect(each.reason.code === 'assigned').toBe(isPlaced);
      }
    }),
  );
});
