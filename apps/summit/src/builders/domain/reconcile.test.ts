import { ATTEMPT_STATES, TASK_STATES, type AttemptReport } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { reconcile as reconcileAt, type KnownAttempt } from './reconcile.js';

const HEARD_AT = 1_000;
const reconcile = (reports: readonly AttemptReport[], attempts: readonly KnownAttempt[]) =>
  reconcileAt(reports, attempts, HEARD_AT);

const report = (over: Partial<AttemptReport> = {}): AttemptReport => ({
  attemptId: 'a',
  fence: 1,
  state: 'building',
  logSizeBytes: 0,
  ...over,
});
const known = (over: Partial<KnownAttempt> = {}): KnownAttempt => ({
  attemptId: 'a',
  fence: 1,
  state: 'building',
  taskState: 'building',
  acknowledgedAt: HEARD_AT - 1,
  ...over,
});

it('renews the lease of what runs', () => {
  expect(reconcile([report({ step: 'install' })], [known()])).toEqual({
    verdicts: [{ attemptId: 'a', verdict: 'continue' }],
    actions: [{ kind: 'renew', attemptId: 'a', step: 'install' }],
  });
});

it('stops what it does not know, or knows under another fence', () => {
  expect(reconcile([report()], []).verdicts[0]?.verdict).toBe('stop');
  expect(reconcile([report({ fence: 2 })], [known()]).verdicts[0]?.verdict).toBe('stop');
});

it('takes a lost attempt back only while nothing else is under way for the task', () => {
  const actions = (taskState: KnownAttempt['taskState']) =>
    reconcile([report()], [known({ state: 'lost', taskState })]).actions.map(
      (action) => action.kind,
    );
  expect(actions('new')).toEqual(['revive']);
  for (const state of TASK_STATES.filter((each) => each !== 'new'))
    expect(actions(state)).toEqual([]);
});

it('loses at once what an acknowledged builder has forgotten, but not an order on its way', () => {
  expect(reconcile([], [known()]).actions).toEqual([{ kind: 'lose', attemptId: 'a' }]);
  expect(reconcile([], [known({ state: 'dispatched' })]).actions).toEqual([]);
});

it('answers every state of an attempt', () => {
  const verdicts = ATTEMPT_STATES.map((state) => [
    state,
    reconcile([report()], [known({ state, taskState: 'completed' })]).verdicts[0]?.verdict,
  ]);
  expect(Object.fromEntries(verdicts)).toEqual({
    dispatched: 'continue',
    building: 'continue',
    reserved: 'continue',
    accepted: 'release',
    failed: 'stop',
    lost: 'stop',
    void: 'stop',
    cancelled: 'stop',
  });
});

it('does not miss an order that was acknowledged after the builder had spoken', () => {
  for (const acknowledgedAt of [null, HEARD_AT, HEARD_AT + 1])
    expect(reconcile([], [known({ acknowledgedAt })]).actions).toEqual([]);
  expect(reconcile([], [known()]).actions).toEqual([{ kind: 'lose', attemptId: 'a' }]);
});
