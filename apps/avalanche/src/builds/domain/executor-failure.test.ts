import { buildFailureSchema } from '@cairn/contracts';
import { expect, it } from 'vitest';
import { ownFailure, reportedFailure } from './executor-failure.js';

const failure = {
  outcome: 'failure',
  class: 'recipe',
  code: 'build.phase-failed',
  phase: 'build',
  message: 'make failed',
  excerpt: '',
  fingerprint: '0123456789abcdef',
} as const;

it('carries every fact over', () => {
  expect(
    reportedFailure({ ...failure, command: 'make', recipeLine: 12, exitCode: 2, excerpt: 'oops' }),
  ).toEqual({
    class: 'recipe',
    code: 'build.phase-failed',
    step: 'build',
    message: 'make failed',
    command: 'make',
    recipeLine: 12,
    exitCode: 2,
    excerpt: 'oops',
    fingerprint: '0123456789abcdef',
  });
});

it('cuts what is too long and keeps the end of the log', () => {
  const long = reportedFailure({
    ...failure,
    phase: 'p'.repeat(500),
    message: 'm'.repeat(50_000),
    command: 'c'.repeat(50_000),
    signal: 's'.repeat(99),
    excerpt: `${'e'.repeat(50_000)}the end`,
    recipeLine: 0,
  });
  expect(buildFailureSchema.parse(long)).toEqual(long);
  expect(long.excerpt?.endsWith('the end')).toBe(true);
});

it('blames this machine for its own failures', () => {
  const own = ownFailure({ code: 'builder.defect', step: 'build', message: 'x'.repeat(9_999) });
  expect(buildFailureSchema.parse(own)).toMatchObject({ class: 'infrastructure' });
});
