import { type Instant } from '@cairn/std';
import { describe, expect, it } from 'vitest';
import { anOrder } from './an-order.js';
import { ATTEMPT_STATUSES, newAttempt, type Attempt, type BuildResult } from './attempt.js';
import { ALLOWED_FROM, transition, type AttemptEvent } from './attempt-transition.js';

const NOW = 1_000 as Instant;
const collectable = {
  kind: 'package',
  name: 'hello-1.0-1-1-x86_64.stone',
  sizeBytes: 3,
  sha256: 'b'.repeat(64),
} as const;
const success: BuildResult = { kind: 'success', collectables: [collectable] };
const failure: BuildResult = {
  kind: 'failure',
  failure: { class: 'recipe', code: 'build.phase-failed', step: 'build', message: 'make failed' },
};
const EVENTS: readonly AttemptEvent[] = [
  { kind: 'started' },
  { kind: 'succeeded', collectables: [collectable] },
  { kind: 'failed', failure: failure.failure },
  { kind: 'stop-requested', reason: 'cancelled' },
  { kind: 'stop-requested', reason: 'shutdown' },
  { kind: 'taken' },
  { kind: 'refused' },
  { kind: 'release-ordered' },
  { kind: 'restarted' },
];

function inStatus(status: Attempt['status'], facts: Partial<Attempt> = {}): Attempt {
  return { ...newAttempt({ order: anOrder(), slot: 0, receivedAt: NOW }), status, ...facts };
}

function after(attempt: Attempt, event: AttemptEvent): Attempt {
  const moved = transition(attempt, event, NOW);
  if (!moved.ok) throw new Error(`${event.kind} was refused`);
  return moved.value;
}

describe('every status and every event', () => {
  for (const status of ATTEMPT_STATUSES) {
    for (const event of EVENTS) {
      const label = 'reason' in event ? `${event.kind} (${event.reason})` : event.kind;
      it(`${status} × ${label}`, () => {
        const before = inStatus(status, { result: success });
        const moved = transition(before, event, NOW);
        expect(moved.ok).toBe(ALLOWED_FROM[event.kind].includes(status));
        if (!moved.ok) {
          expect(moved.error).toEqual({
            code: 'attempt.illegal-transition',
            from: status,
            event: event.kind,
          });
          return;
        }
        expect(`${status} → ${moved.value.status}`).toBe(`${status} → ${NEXT[label]?.[status]}`);
        expect(moved.value.order).toBe(before.order);
        expect(moved.value.closedAt !== undefined).toBe(
          ['released', 'dropped'].includes(moved.value.status),
        );
      });
    }
  }
});

/** Where a successful attempt goes, written down a second time and by hand. */
const NEXT: Record<string, Partial<Record<Attempt['status'], Attempt['status']>>> = {
  started: { received: 'building' },
  succeeded: { building: 'reporting', stopping: 'reporting' },
  failed: { received: 'reporting', building: 'reporting', stopping: 'reporting' },
  'stop-requested (cancelled)': {
    received: 'stopping',
    building: 'stopping',
    stopping: 'stopping',
    reporting: 'reporting',
    holding: 'dropped',
  },
  'stop-requested (shutdown)': {
    received: 'stopping',
    building: 'stopping',
    stopping: 'stopping',
    reporting: 'reporting',
    holding: 'holding',
  },
  taken: { reporting: 'holding' },
  refused: { reporting: 'dropped' },
  'release-ordered': { reporting: 'released', holding: 'released' },
  restarted: {
    received: 'reporting',
    building: 'reporting',
    stopping: 'reporting',
    reporting: 'reporting',
    holding: 'holding',
  },
};

it('lets go of a failure as soon as summit has it', () => {
  expect(after(inStatus('reporting', { result: failure }), { kind: 'taken' }).status).toBe(
    'released',
  );
});

it('reports a cancelled build as cancelled, however it ended', () => {
  for (const event of EVENTS.filter(({ kind }) => kind === 'succeeded' || kind === 'failed')) {
    const stopping = after(inStatus('building'), { kind: 'stop-requested', reason: 'cancelled' });
    expect(after(stopping, event).result).toMatchObject({ failure: { class: 'cancelled' } });
  }
});

it('replaces a success that is still being offered when it is cancelled', () => {
  const reporting = inStatus('reporting', { result: success });
  expect(after(reporting, { kind: 'stop-requested', reason: 'cancelled' }).result).toMatchObject({
    kind: 'failure',
    failure: { class: 'cancelled' },
  });
  expect(after(reporting, { kind: 'stop-requested', reason: 'shutdown' }).result).toBe(success);
});

it('remembers a cancellation through a shutdown and a restart', () => {
  const cancelled = after(inStatus('building'), { kind: 'stop-requested', reason: 'cancelled' });
  const shutDown = after(cancelled, { kind: 'stop-requested', reason: 'shutdown' });
  expect(after(shutDown, { kind: 'restarted' }).result).toMatchObject({
    failure: { code: 'build.cancelled' },
  });
});

it('tells a restart from a shutdown', () => {
  expect(after(inStatus('building'), { kind: 'restarted' }).result).toMatchObject({
    failure: { class: 'infrastructure', code: 'builder.restarted' },
  });
  const stopping = after(inStatus('building'), { kind: 'stop-requested', reason: 'shutdown' });
  expect(after(stopping, { kind: 'restarted' }).result).toMatchObject({
    failure: { class: 'infrastructure', code: 'builder.shutdown' },
  });
});
