import { type TaskView } from '@cairn/contracts';
import { type StonePackage } from '@cairn/stone';
import { expect, it } from 'vitest';
import { checkFaults, settledTasks, type CheckFacts } from './check-faults.ts';

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

it('knows what nothing but a person can move', () => {
  const open = (id: number, code: string, tasks: number[] = []) =>
    ({
      ...task(`s${id}`, 'new'),
      id,
      endedAt: null,
      blocked: code === 'blocked-by-failure',
      reason: {
        code,
        sentence: '',
        tasks: tasks.map((taskId) => ({ taskId, source: `s${taskId}` })),
      },
    }) as TaskView;
  const done = { ...task('done', 'failed'), id: 9, endedAt: 5, blocked: false } as TaskView;
  const tasks = [
    open(1, 'ready'),
    open(2, 'waits-for-dependency', [1]),
    open(3, 'cycle-seed-missing'),
    open(4, 'waits-for-dependency', [1, 3]),
    open(5, 'waits-for-dependency', [4]),
    open(6, 'blocked-by-failure', [9]),
    open(7, 'waits-for-dependency', [9]),
    done,
  ];
  expect([...settledTasks(tasks)].sort()).toEqual([3, 4, 5, 6, 9]);
});
