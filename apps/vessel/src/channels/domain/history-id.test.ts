import type { Instant } from '@cairn/std';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nextHistory } from './history-id.js';

it('is the time in seconds', () => {
  expect(nextHistory(1_750_000_000, 1_790_000_000_999 as Instant)).toBe(1_790_000_000);
});

it('gives two versions of one second two ids', () => {
  const now = 1_790_000_000_000 as Instant;
  const first = nextHistory(0, now);
  expect(nextHistory(first, now)).toBe(first + 1);
});

it('rises strictly whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_000_000_000_000 })), (times) => {
      let last = 0;
      for (const now of times) {
        const next = nextHistory(last, now as Instant);
        expect(next).toBeGreaterThan(last);
        last = next;
      }
    }),
  );
});
