import { expect, it } from 'vitest';
import { pauseAfter } from './back-off.js';

const backOff = { firstMs: 100, maxMs: 5_000 };

it('doubles up to its maximum and never beyond, however often', () => {
  expect([1, 2, 3, 6, 7, 1_000_000].map((failures) => pauseAfter(failures, backOff, 0))).toEqual([
    100, 200, 400, 3_200, 5_000, 5_000,
  ]);
});

it('takes at most half away', () => {
  expect(pauseAfter(1, backOff, 1)).toBe(50);
});
