import type { Instant } from '@cairn/std';
import { describe, expect, it } from 'vitest';
import { explainTasks, type ExplainFacts, type TaskExplanation } from './explain-tasks.js';
import type { PublishedSource, RecipeFacts, TaskFacts, TaskStatus } from './task-facts.js';

const NOW = 1_000_000 as Instant;

/** `recipes('A:B,C', 'B')` = A builds with packages of B and C. */
function recipes(...texts: string[]): RecipeFacts[] {
  return texts.map((text) => {
    const [source = '', depends = ''] = text.split(':');
    return {
      source,
      buildDepends: depends === '' ? [] : depends.split(','),
      packages: [{ name: source, provides: [], depends: [] }],
    };
  });
}

function published(...sources: string[]): PublishedSource[] {
  return sources.map((source) => ({
    source,
    sourceRelease: 1,
    packages: [{ name: source, provides: [], depends: [] }],
  }));
}

let age = 0;
function task(
  source: string,
  status: TaskStatus = 'new',
  more: Partial<TaskFacts<string>> = {},
): TaskFacts<string> {
  age += 1;
  return {
    taskId: `${source}-${age}`,
    source,
    status,
    profile: 'p',
    architecture: 'x86_64',
    createdAt: age as Instant,
    sourceRelease: 2,
    ...more,
  };
}

function explain(facts: Partial<ExplainFacts<string>>): Record<string, TaskExplanation<string>> {
  const all = explainTasks({ tasks: [], recipes: [], published: [], now: NOW, ...facts });
  return Object.fromEntries(all.map((each) => [each.source, each]));
}

function readiness(found: Record<string, TaskExplanation<string>>) {
  return Object.fromEntries(
    Object.entries(found).map(([source, each]) => [source, each.readiness]),
  );
}

describe('order', () => {
  const chain = recipes('A:B', 'B:C', 'C');

  it('C20: of A→B→C only C is ready, depths 3, 2, 1', () => {
    const found = explain({ tasks: [task('A'), task('B'), task('C')], recipes: chain });
    expect(readiness(found)).toEqual({ A: 'waiting', B: 'waiting', C: 'ready' });
    expect([found['A']?.depth, found['B']?.depth, found['C']?.depth]).toEqual([3, 2, 1]);
    expect(found['A']?.reason).toMatchObject({ chain: [{ source: 'B' }, { source: 'C' }] });
    expect(found['A']?.sentence).toMatch(
      /^Waits for B \(task B-\d+\), which waits for C \(task C-\d+\)\.$/,
    );
  });

  it('C21: when C is complete B is ready', () => {
    const found = explain({
      tasks: [task('A'), task('B'), task('C', 'completed')],
      recipes: chain,
    });
    expect(readiness(found)).toEqual({ A: 'waiting', B: 'ready' });
  });

  it('C27: a task of another architecture is not waited for', () => {
    const tasks = [task('A'), task('B', 'new', { architecture: 'aarch64' })];
    expect(readiness(explain({ tasks, recipes: chain }))).toEqual({ A: 'ready', B: 'ready' });
  });

  it('C28: a task of a profile that is no remote is not waited for, one of a remote is', () => {
    const tasks = [task('A', 'new', { profile: 'p1' }), task('B', 'new', { profile: 'p2' })];
    expect(explain({ tasks, recipes: chain })['A']?.readiness).toBe('ready');
    const remotes = new Map([['p1', ['p2']]]);
    expect(explain({ tasks, recipes: chain, remotes })['A']?.readiness).toBe('waiting');
  });

  it('C32: a dependency known only through a runtime dependency is waited for', () => {
    const lib = {
      source: 'L',
      buildDepends: [],
      packages: [{ name: 'L', provides: [], depends: ['D'] }],
    };
    const found = explain({
      tasks: [task('A'), task('D')],
      recipes: [...recipes('A:L', 'D'), lib],
      published: published('L'),
    });
    expect(found['A']?.waitsFor).toMatchObject([{ source: 'D', capability: 'name(D)' }]);
  });

  it('C10: a recipe without manifest is ready, and what nobody provides does not hold it', () => {
    const bare = { source: 'N', buildDepends: ['ghost'], packages: [] };
    const found = explain({ tasks: [task('N'), task('unknown')], recipes: [bare] });
    expect(found['N']).toMatchObject({ readiness: 'ready', unresolved: ['name(ghost)'] });
    expect(found['unknown']?.readiness).toBe('ready');
  });

  it('C8: a younger task of a source waits while an older one builds', () => {
    const found = explainTasks({
      tasks: [task('C', 'building'), task('C')],
      recipes: chain,
      published: [],
      now: NOW,
    });
    expect(found.map((each) => each.reason.code)).toEqual(['building', 'waits-for-earlier-build']);
  });

  it('lets tasks of one change set use what it staged, and nobody else', () => {
    const staged = task('C', 'staged', { changeSet: 's1' });
    const same = explain({
      tasks: [staged, task('B', 'new', { changeSet: 's1' })],
      recipes: chain,
    });
    const other = explain({
      tasks: [staged, task('B', 'new', { changeSet: 's2' })],
      recipes: chain,
    });
    expect([same['B']?.readiness, other['B']?.readiness]).toEqual(['ready', 'waiting']);
  });
});

describe('blocking is derived', () => {
  const chain = recipes('A:B', 'B:C', 'C');

  it('C22: when C fails A and B are blocked, the chain is shown', () => {
    const found = explain({
      tasks: [task('A'), task('B'), task('C', 'failed')],
      recipes: chain,
      published: published('C'),
    });
    expect(readiness(found)).toEqual({ A: 'blocked', B: 'blocked' });
    expect(found['A']?.blockedBy).toMatchObject([{ source: 'C' }]);
    expect(found['A']?.sentence).toMatch(/^Blocked: task C-\d+ \(C\) failed, needed through B\.$/);
  });

  it('C23: a newer success frees them', () => {
    const tasks = [task('A'), task('B'), task('C', 'failed'), task('C', 'completed')];
    expect(readiness(explain({ tasks, recipes: chain }))).toEqual({ A: 'waiting', B: 'ready' });
  });

  it('a published release that is not older than the failed one frees them too', () => {
    const tasks = [task('B'), task('C', 'failed', { sourceRelease: 1 })];
    expect(explain({ tasks, recipes: chain, published: published('C') })['B']?.readiness).toBe(
      'ready',
    );
  });

  it('C24: when C is tried again they wait for it', () => {
    const tasks = [task('C', 'failed'), task('A'), task('B'), task('C')];
    expect(readiness(explain({ tasks, recipes: chain }))).toEqual({
      A: 'waiting',
      B: 'waiting',
      C: 'ready',
    });
  });

  it('C25: after one of two failures is mended the other still blocks', () => {
    const tasks = [task('A'), task('B', 'failed'), task('C', 'failed'), task('B', 'completed')];
    const found = explain({ tasks, recipes: recipes('A:B,C', 'B', 'C') });
    expect(found['A']?.blockedBy.map((link) => link.source)).toEqual(['C']);
  });

  it('C29: a cancelled dependency blocks like a failed one', () => {
    const found = explain({ tasks: [task('A'), task('B', 'cancelled')], recipes: chain });
    expect(found['A']?.reason).toMatchObject({ code: 'blocked-by-failure', outcome: 'cancelled' });
  });

  it('blocks a task that was made after the failure', () => {
    const failed = task('B', 'failed');
    expect(explain({ tasks: [failed, task('A')], recipes: chain })['A']?.readiness).toBe('blocked');
  });

  it('ignores superseded tasks', () => {
    const tasks = [task('B', 'completed'), task('B', 'superseded'), task('A')];
    expect(explain({ tasks, recipes: chain })['A']?.readiness).toBe('ready');
  });
});

describe('cycles', () => {
  const pair = recipes('A:B', 'B:A');

  it('C26: one member of a published cycle starts with the published version, the other waits for it', () => {
    const found = explain({
      tasks: [task('A'), task('B')],
      recipes: pair,
      published: published('A', 'B'),
    });
    expect(readiness(found)).toEqual({ A: 'ready', B: 'waiting' });
    expect(found['A']).toMatchObject({
      reason: { code: 'cycle-stage' },
      published: [{ source: 'B', capability: 'name(B)' }],
      rebuildAfter: ['B'],
    });
  });

  it('cuts only where something is published', () => {
    const found = explain({
      tasks: [task('A'), task('B')],
      recipes: pair,
      published: published('A'),
    });
    expect(readiness(found)).toEqual({ A: 'waiting', B: 'ready' });
  });

  it('names the seeds when nothing is published', () => {
    const found = explain({
      tasks: [task('A'), task('B'), task('C')],
      recipes: [...pair, ...recipes('C:A')],
    });
    expect(found['A']?.reason).toEqual({
      code: 'cycle-seed-missing',
      members: ['A', 'B'],
      seeds: [{ source: 'B', capability: 'name(B)' }],
    });
    expect(found['C']?.reason.code).toBe('waits-for-dependency');
  });

  it('lets a bootstrap hint leave something out of the first build only', () => {
    const bootstrap = [{ source: 'A', without: ['B'] }];
    const first = explain({ tasks: [task('A'), task('B')], recipes: pair, bootstrap });
    expect(first['A']).toMatchObject({
      readiness: 'ready',
      without: [{ source: 'B' }],
      published: [],
    });
    const later = explain({
      tasks: [task('A'), task('B')],
      recipes: pair,
      bootstrap,
      published: published('A', 'B'),
    });
    expect(later['A']).toMatchObject({
      readiness: 'ready',
      without: [],
      published: [{ source: 'B' }],
    });
  });

  it('builds a source that needs itself with its published version', () => {
    const own = recipes('G:G');
    expect(
      explain({ tasks: [task('G')], recipes: own, published: published('G') })['G']?.readiness,
    ).toBe('ready');
    expect(explain({ tasks: [task('G')], recipes: own })['G']?.reason.code).toBe(
      'cycle-seed-missing',
    );
  });

  it('never deadlocks: a published ring of forty is built to the end', () => {
    const names = Array.from({ length: 40 }, (_, place) => `s${place}`);
    const ring = recipes(
      ...names.map((name, place) => `${name}:s${(place + 1) % 40},s${(place * 7 + 3) % 40}`),
    );
    let tasks = names.map((name) => task(name));
    for (let round = 0; tasks.length > 0; round += 1) {
      const found = explainTasks({
        tasks,
        recipes: ring,
        published: published(...names),
        now: NOW,
      });
      const ready = new Set(
        found.filter((each) => each.readiness === 'ready').map((each) => each.taskId),
      );
      expect(ready.size).toBeGreaterThan(0);
      expect(round).toBeLessThanOrEqual(40);
      tasks = tasks.filter((each) => !ready.has(each.taskId));
    }
  });
});

it('tells paused, held and waiting for a retry', () => {
  const later = (NOW + 5_000) as Instant;
  const found = explain({
    tasks: [
      task('A', 'new', { isPaused: true }),
      task('B', 'new', { isHeld: true }),
      task('C', 'new', { retryAt: later }),
      task('D', 'new', { retryAt: NOW }),
      task('E', 'publishing'),
    ],
    recipes: recipes('A', 'B', 'C', 'D', 'E'),
  });
  expect(Object.values(found).map((each) => each.reason.code)).toEqual([
    'paused',
    'held',
    'retry-at',
    'ready',
    'publishing',
  ]);
  expect(found['C']?.sentence).toBe(
    'Waits until 1970-01-01T00:16:45.000Z before it is tried again.',
  );
});
