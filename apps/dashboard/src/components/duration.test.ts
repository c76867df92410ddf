import { expect, it } from 'vitest';
import { bytesText } from './bytes.js';
import { durationText, exactText, relativeText } from './duration.js';

it.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [356_400_000, '4 d 3 h'],
])('says a span of %d ms', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it.each([
  [0, 'now'],
  [30_000, '30 s ago'],
  [3_600_000 * 30, '30 h ago'],
  [86_400_000 * 3, '3 d ago'],
  [-300_000, 'in 5 min'],
])('says %d ms ago', (ms, text) => {
  expect(relativeText(1e12 - ms, 1e12)).toBe(text);
});

it('has no words for a moment that is none', () => {
  expect(exactText(Number.MAX_VALUE)).toBe('');
});

it.each([
  [812, '812 B'],
  [4_300, '4.2 KiB'],
  [33_285_996_544, '31 GiB'],
  [2 ** 41, '2.0 TiB'],
])('says a size of %d bytes', (size, text) => {
  expect(bytesText(size)).toBe(text);
});
