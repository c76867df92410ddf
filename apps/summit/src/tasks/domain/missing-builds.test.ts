import { describe, expect, it } from 'vitest';
import { recipeless, wishFor, type LatestTask, type WantedRecipe } from './missing-builds.js';

const recipe = (sourceRelease: number, treeId = 't'): WantedRecipe => ({
  source: 'A',
  version: '1.0',
  sourceRelease,
  treeId,
  packageNames: ['A', 'A-devel'],
  architectures: [],
});
const published = (sourceRelease: number) =>
  new Map(['A', 'A-devel'].map((name) => [name, { version: '1.0', sourceRelease }]));
const task = (state: LatestTask['state'], sourceRelease: number, treeId = 't'): LatestTask => ({
  state,
  sourceRelease,
  treeId,
  rebuildId: null,
});
const wish = (
  wanted: WantedRecipe,
  index: ReturnType<typeof published>,
  latestTask: LatestTask | null = null,
) => wishFor(wanted, { architecture: 'x86_64', published: index, latestTask });

describe('with a step of a rebuild', () => {
  const step = (state: LatestTask['state'], sourceRelease: number) => ({
    ...task(state, sourceRelease),
    rebuildId: 'r',
  });
  it.each(['new', 'building', 'publishing', 'failed'] as const)(
    'leaves a recipe that is %s in the rebuild to it',
    (state) => {
      expect(wish(recipe(1), new Map(), step(state, 1)).kind).toBe('none');
    },
  );
  it('builds a newer release beside the step, and does not take the step out', () => {
    expect(wish(recipe(2), new Map(), step('new', 1))).toMatchObject({
      kind: 'build',
      supersedes: false,
    });
  });
});

describe('without a task', () => {
  it('C1: updates what is older', () => {
    expect(wish(recipe(2), published(1))).toMatchObject({
      description: 'Update A from 1.0-1 to 1.0-2',
    });
  });
  it('C2: builds what is not there', () => {
    expect(wish(recipe(1), new Map())).toMatchObject({ description: 'Initial build of A (1.0-1)' });
  });
  it('builds when one of its packages is missing', () => {
    const partial = new Map([['A', { version: '1.0', sourceRelease: 1 }]]);
    expect(wish(recipe(1), partial).kind).toBe('build');
  });
  it.each([2, 3])('C3: leaves release 2 alone when %d is published', (release) => {
    expect(wish(recipe(2), published(release)).kind).toBe('none');
  });
  it('C4: leaves another version of the same release alone', () => {
    expect(wish({ ...recipe(2), version: '9.9' }, published(2)).kind).toBe('none');
  });
  it('leaves other architectures alone', () => {
    expect(wish({ ...recipe(1), architectures: ['aarch64'] }, new Map()).kind).toBe('none');
  });
});

describe('with a task', () => {
  it.each(['new', 'building', 'publishing', 'completed', 'failed', 'cancelled'] as const)(
    'C5: wants nothing more when the same is %s',
    (state) => {
      expect(wish(recipe(2), published(1), task(state, 2)).kind).toBe('none');
    },
  );
  it('C6, C7: supersedes a waiting task by a newer one', () => {
    expect(wish(recipe(3), published(1), task('new', 2))).toMatchObject({ supersedes: true });
    expect(wish(recipe(2, 'other'), published(1), task('new', 2))).toMatchObject({
      supersedes: true,
    });
  });
  it('C8: lets a running build end and adds the newer one', () => {
    expect(wish(recipe(3), published(1), task('building', 2))).toMatchObject({
      kind: 'build',
      supersedes: false,
    });
  });
  it.each(['failed', 'cancelled'] as const)(
    'tries again after %s when something in the recipe changed',
    (state) => {
      expect(wish(recipe(2, 'fixed'), published(1), task(state, 2)).kind).toBe('build');
    },
  );
});

describe('C9: a recipe that was removed', () => {
  const waiting = { ...task('new', 2), recipePath: 'a/A/stone.yaml' };
  const gone = (latest: LatestTask & { recipePath: string }, badPaths: readonly string[] = []) =>
    recipeless(new Map([['A', latest]]), { sources: new Set(['B']), badPaths });

  it('takes its waiting task with it, not one that is being built', () => {
    expect(gone(waiting)).toEqual([waiting]);
    expect(gone({ ...waiting, state: 'building' })).toEqual([]);
  });

  it('is not one that cannot be read at the moment', () => {
    expect(gone(waiting, ['a/A'])).toEqual([]);
    expect(gone(waiting, ['a/AA'])).toEqual([waiting]);
  });
});
