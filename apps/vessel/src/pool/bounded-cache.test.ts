import { expect, it } from 'vitest';
import { BoundedCache } from './bounded-cache.js';

it('forgets what was not used for longest when it gets too heavy', () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set('a', 1, 4);
  cache.set('b', 2, 4);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3, 4);
  expect(cache.get('b')).toBeUndefined();
  expect(cache.get('a')).toBe(1);
  expect(cache.get('c')).toBe(3);
});

it('counts a replaced value once and refuses what is too heavy alone', () => {
  const cache = new BoundedCache<string, number>(10);
  cache.set('a', 1, 9);
  cache.set('a', 2, 9);
  expect(cache.get('a')).toBe(2);
  cache.set('b', 3, 11);
  expect(cache.get('b')).toBeUndefined();
});
