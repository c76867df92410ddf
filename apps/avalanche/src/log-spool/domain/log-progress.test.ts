import { expect, it } from 'vitest';
import { afterError, afterReply, isDelivered } from './log-progress.js';

it('follows summit wherever it is', () => {
  expect(afterReply({ from: 0, to: 10 }, 10)).toEqual({ kind: 'go-on', offset: 10 });
  expect(afterReply({ from: 0, to: 10 }, 4)).toEqual({ kind: 'go-on', offset: 4 });
  expect(afterReply({ from: 0, to: 10 }, 900)).toEqual({ kind: 'go-on', offset: 900 });
  expect(afterReply({ from: 5, to: 10 }, 5)).toEqual({ kind: 'retry' });
});

it('resumes at the offset that a mismatch names', () => {
  const mismatch = (expectedOffset: unknown) =>
    afterError('log.offset-mismatch', { expectedOffset }, 7);
  expect(mismatch(3)).toEqual({ kind: 'go-on', offset: 3 });
  for (const useless of [7, -1, 1.5, '3', undefined, Number.NaN]) {
    expect(mismatch(useless)).toEqual({ kind: 'retry' });
  }
});

it('gives up only where summit will never take more', () => {
  expect(afterError('attempt.not-found', {}, 0).kind).toBe('give-up');
  expect(afterError('log.too-large', {}, 0).kind).toBe('give-up');
  expect(afterError('peer.timeout', {}, 0).kind).toBe('retry');
  expect(afterError('internal', {}, 0).kind).toBe('retry');
});

it('is delivered when it has ended and summit has everything', () => {
  expect(isDelivered({ offset: 10, sizeBytes: 10, isGrowing: true })).toBe(false);
  expect(isDelivered({ offset: 9, sizeBytes: 10, isGrowing: false })).toBe(false);
  expect(isDelivered({ offset: 10, sizeBytes: 10, isGrowing: false })).toBe(true);
  expect(isDelivered({ offset: 0, sizeBytes: 0, isGrowing: false })).toBe(true);
});
