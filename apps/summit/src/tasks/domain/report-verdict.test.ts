import { ATTEMPT_STATES, TASK_STATES } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { judgeReport } from './report-verdict.js';

const verdicts = ATTEMPT_STATES.flatMap((attempt) =>
  TASK_STATES.map((task) => ({
    attempt,
    task,
    kind: judgeReport({ state: task }, { state: attempt }).kind,
  })),
);

it('reserves only for an attempt that may still count, while its task has no result', () => {
  const reserving = verdicts.filter((verdict) => verdict.kind === 'reserve');
  expect(reserving).toHaveLength(6);
  for (const { attempt, task } of reserving) {
    expect(['dispatched', 'building', 'lost']).toContain(attempt);
    expect(['new', 'building']).toContain(task);
  }
});

it('answers a repeated report of the attempt that won as before', () => {
  const again = verdicts.filter((verdict) => verdict.kind === 'taken-already');
  expect(new Set(again.map((verdict) => verdict.attempt))).toEqual(
    new Set(['reserved', 'accepted']),
  );
});
