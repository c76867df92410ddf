import { type TaskView } from '@cairn/contracts';
import { type StonePackage } from '@cairn/stone';
import { expect, it } from 'vitest';
import { checkFaults, type CheckFacts } from './check-faults.ts';

const task = (source: string, state: TaskView['state']) =>
  ({
    source,
    state,
    reason: { code: 'x', sentence: 'Because.', tasks: [] },
  }) as unknown as TaskView;
const file = (source: string) => ({ source, path: `${source}/stone.yaml` });
const published = (sourceId: string) => ({ sourceId }) as StonePackage;
const facts = (change: Partial<CheckFacts>): CheckFacts => ({
  tasks: [task('a', 'completed')],
  recipes: [file('a')],
  stand: { commit: 'c', error: null, badRecipes: new Map() },
  installable: { packages: [published('a')], faults: [] },
  lateMinutes: null,
  ...change,
});

it('finds nothing when every source has its packages in the channel', () => {
  expect(checkFaults(facts({}))).toEqual([]);
});

it.each<[string, Partial<CheckFacts>, string]>([
  [
    'a repository that cannot be read',
    { stand: { commit: null, error: 'gone', badRecipes: new Map() } },
    'gone',
  ],
  ['a failed task', { tasks: [task('a', 'failed')] }, 'a failed: Because.'],
  ['a source without task', { recipes: [file('a'), file('b')] }, 'b: no task was made for it'],
  ['the end of patience', { lateMinutes: 5 }, 'Not done after 5 minutes.'],
  ['a damaged package', { installable: { packages: [], faults: ['a: torn'] } }, 'a: torn'],
  [
    'packages that are not there',
    { installable: { packages: [], faults: [] } },
    'a: none of its packages is in the channel',
  ],
])('tells %s', (_name, change, fault) => {
  expect(checkFaults(facts(change))).toEqual([fault]);
});

it('tells a bad recipe once, and the others as they are', () => {
  const badRecipes = new Map([['b/stone.yaml', 'b/stone.yaml:3: no']]);
  const stand = { commit: 'c', error: null, badRecipes };
  expect(checkFaults(facts({ recipes: [file('a'), file('b')], stand }))).toEqual([
    'b/stone.yaml:3: no',
  ]);
});
