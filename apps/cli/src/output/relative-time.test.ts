import { expect, it } from 'vitest';
import { durationText, relativeTime } from './relative-time.js';

const NOW = 1_800_000_000_000;

it.each([
  [NOW, 'now'],
  [NOW - 999, 'now'],
  [NOW - 59_999, '59 s ago'],
  [NOW - 60_000, '1 min ago'],
  [NOW - 3 * 3_600_000 - 5, '3 h ago'],
  [NOW - 400 * 86_400_000, '400 d ago'],
  [NOW + 90_000, 'in 1 min'],
  [null, '–'],
])('tells %s as %s', (atMs, text) => {
  expect(relativeTime(atMs, NOW)).toBe(text);
});

it.each([
  [0, '0 s'],
  [12_345, '12 s'],
  [3_840_000, '1 h 4 min'],
  [3_605_000, '1 h'],
  [90_061_000, '1 d 1 h'],
])('tells %s ms as %s', (durationMs, text) => {
  expect(durationText(durationMs)).toBe(text);
});
