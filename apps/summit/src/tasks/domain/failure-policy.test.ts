import { expect, it } from 'vitest';
import { judgeFailure } from './failure-policy.js';

const rules = { retryFirstMs: 1_000, retryMax: 3 };

it('offers a task again after its infrastructure failed, later each time, until the cap', () => {
  const verdicts = [0, 1, 2, 3].map((retryCount) =>
    judgeFailure({ failureClass: 'infrastructure', retryCount, now: 0, rules }),
  );
  expect(verdicts).toEqual([
    { kind: 'offer-again', heldUntil: 1_000 },
    { kind: 'offer-again', heldUntil: 2_000 },
    { kind: 'offer-again', heldUntil: 4_000 },
    { kind: 'fail' },
  ]);
});

it.each(['recipe', 'upstream', 'cancelled'] as const)(
  'fails a task whose %s failed',
  (failureClass) => {
    expect(judgeFailure({ failureClass, retryCount: 0, now: 0, rules })).toEqual({ kind: 'fail' });
  },
);
