import { expect, it } from 'vitest';
import { parseRange, type RangeVerdict } from './byte-range.js';

it.each<[string | undefined, RangeVerdict]>([
  [undefined, 'whole'],
  ['bytes=0-0', { start: 0, end: 0 }],
  ['bytes=10-19', { start: 10, end: 19 }],
  ['bytes=90-', { start: 90, end: 99 }],
  ['bytes=90-1000', { start: 90, end: 99 }],
  ['bytes=-10', { start: 90, end: 99 }],
  ['bytes=-1000', { start: 0, end: 99 }],
  ['bytes=100-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=5-4', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=0-1,3-4', 'whole'],
  ['lines=0-1', 'whole'],
  ['bytes=99999999999999999999-', 'whole'],
])('reads %s', (header, verdict) => {
  expect(parseRange(header, 100)).toEqual(verdict);
});

it('knows that an empty file has no byte', () => {
  expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
});
