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
const published = (sourceId: string) => ({ sourceId }) as StonePackage;
const facts = (change: Partial<CheckFacts>): CheckFacts => ({
  tasks: [task('a', 'completed')],
  sources: ['a'],
  stand: { commit: 'c', faults: [] },
  installable: { packages: [published('a')], faults: [] },
  lateMinutes: null,
  ...change,
});

it('finds nothing when every source has its packages in the channel', () => {
  expect(checkFaults(facts({}))).toEqual([]);
});

it.each<[string, Partial<CheckFacts>, string]>([
  ['a bad recipe', { stand: { commit: null, faults: ['b.yaml:3: no'] } }, 'b.yaml:3: no'],
  ['a failed task', { tasks: [task('a', 'failed')] }, 'a failed: Because.'],
  ['a source without task', { sources: ['a', 'b'] }, 'b: no task was made for it'],
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
