import { type Instant } from '@cairn/std';
import { expect, it } from 'vitest';
import { anOrder } from './an-order.js';
import { ATTEMPT_STATUSES, newAttempt, type Attempt } from './attempt.js';
import { reconcile, reportOf } from './reconcile.js';
import { transition } from './attempt-transition.js';

const NOW = 1 as Instant;
const inStatus = (status: Attempt['status']): Attempt => ({
  ...newAttempt({ order: anOrder(), slot: 0, receivedAt: NOW }),
  status,
});
const id = anOrder().attemptId;

it.each(ATTEMPT_STATUSES)('asks only for what is possible in %s', (status) => {
  const attempt = inStatus(status);
  for (const verdict of ['continue', 'stop', 'release'] as const) {
    const events = reconcile(new Map([[id, attempt]]), [{ attemptId: id, verdict }]);
    for (const { event } of events) expect(transition(attempt, event, NOW).ok).toBe(true);
    if (verdict === 'continue') expect(events).toEqual([]);
  }
});

it('stops what is building and releases what is held', () => {
  const asked = (status: Attempt['status'], verdict: 'stop' | 'release') =>
    reconcile(new Map([[id, inStatus(status)]]), [{ attemptId: id, verdict }]).map(
      ({ event }) => event.kind,
    );
  expect(asked('building', 'stop')).toEqual(['stop-requested']);
  expect(asked('building', 'release')).toEqual([]);
  expect(asked('holding', 'release')).toEqual(['release-ordered']);
  expect(asked('released', 'stop')).toEqual([]);
});

it('passes over verdicts on attempts that it does not know', () => {
  expect(reconcile(new Map(), [{ attemptId: id, verdict: 'stop' }])).toEqual([]);
});

it('reports what is open and keeps silent about what is closed', () => {
  const state = (status: Attempt['status']) => reportOf(inStatus(status), { logSizeBytes: 7 });
  expect(state('received')).toEqual({
    attemptId: id,
    fence: 1,
    state: 'building',
    logSizeBytes: 7,
  });
  expect(state('stopping')?.state).toBe('building');
  expect(state('reporting')?.state).toBe('reporting');
  expect(state('holding')?.state).toBe('holding');
  expect(state('released')).toBeNull();
  expect(state('dropped')).toBeNull();
});
