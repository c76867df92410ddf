import { TASK_STATES, type TaskState } from '@cairn/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, type AttemptId, type TaskProgress } from './task.js';
import { ALLOWED_FROM, transition, type TaskEvent } from './task-transition.js';

const a = 'a' as AttemptId;
const b = 'b' as AttemptId;
const task = (state: TaskState, over: Partial<TaskProgress> = {}): TaskProgress => ({
  state,
  attemptId: state === 'new' ? null : a,
  isStaged: false,
  heldUntil: null,
  retryCount: 0,
  ...over,
});
const EVENTS: readonly TaskEvent[] = [
  { kind: 'allocated', attemptId: a },
  { kind: 'revived', attemptId: a },
  { kind: 'reserved', attemptId: a },
  { kind: 'staged', attemptId: a },
  { kind: 'published' },
  { kind: 'offered-again', attemptId: a, heldUntil: 5 },
  { kind: 'failed' },
  { kind: 'cancelled' },
  { kind: 'superseded' },
  { kind: 'retried' },
];

describe('every state and event', () => {
  for (const state of TASK_STATES) {
    for (const event of EVENTS) {
      const isStaged = event.kind === 'published';
      const isLegal = ALLOWED_FROM[event.kind].includes(state);
      it(`${isLegal ? 'takes' : 'refuses'} ${event.kind} when ${state}`, () => {
        const result = transition(task(state, { isStaged }), event);
        expect(result.ok).toBe(isLegal);
        if (!result.ok) {
          expect(result.error).toEqual({
            code: 'task.illegal-transition',
            state,
            event: event.kind,
          });
        }
      });
    }
  }
});

it('stages and offers again only for the attempt that counts', () => {
  expect(transition(task('publishing'), { kind: 'staged', attemptId: b }).ok).toBe(false);
  expect(
    transition(task('building'), { kind: 'offered-again', attemptId: b, heldUntil: null }).ok,
  ).toBe(false);
});

it('lets the result of an attempt that was thought lost count when no other was reserved', () => {
  const reserved = transition(task('building', { attemptId: a }), {
    kind: 'reserved',
    attemptId: b,
  });
  expect(reserved).toEqual({ ok: true, value: task('publishing', { attemptId: b }) });
});

it('does not throw away what is staged', () => {
  const staged = task('publishing', { isStaged: true });
  expect(transition(staged, { kind: 'cancelled' }).ok).toBe(false);
  expect(transition(staged, { kind: 'offered-again', attemptId: a, heldUntil: null }).ok).toBe(
    false,
  );
});

it('C30: never reopens a task but by a retry, and never publishes twice', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...EVENTS), { maxLength: 60 }), (events) => {
      let state = task('new');
      let published = 0;
      for (const event of events) {
        const wasOpen = isOpen(state.state);
        const result = transition(state, event);
        if (!result.ok) continue;
        if (!wasOpen) expect(event.kind).toBe('retried');
        if (event.kind === 'published') published += 1;
        state = result.value;
      }
      expect(published).toBeLessThanOrEqual(1);
    }),
  );
});
