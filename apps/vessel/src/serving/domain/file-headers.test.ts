import { expect, it } from 'vitest';
import { acceptsZstd, cacheControlOf, contentTypeOf, matchesTag } from './file-headers.js';

it('lets caches keep pool and histories for ever and the pointer only for seconds', () => {
  expect(cacheControlOf(['main', 'pool', 'v0', 'n', 'nano', 'a.stone'])).toContain('immutable');
  expect(cacheControlOf(['main', 'history', '1', 'x86_64', 'stone.index'])).toContain('immutable');
  expect(cacheControlOf(['main', 'moss-root-index.json'])).not.toContain('immutable');
  expect(cacheControlOf(['pool', 'x'])).not.toContain('immutable');
});

it('gives packages and indexes the type of plain bytes', () => {
  expect(contentTypeOf('a.stone')).toBe('application/octet-stream');
  expect(contentTypeOf('stone.index')).toBe('application/octet-stream');
  expect(contentTypeOf('moss-root-index.json')).toContain('application/json');
  expect(contentTypeOf('moss-root-index.json.zst')).toBe('application/zstd');
});

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['gzip, zstd', true],
  ['zstd;q=0', false],
  ['zstd;q=0.5', true],
  ['br', false],
])('reads Accept-Encoding %s', (header, accepts) => {
  expect(acceptsZstd(header)).toBe(accepts);
});

it('compares entity tags', () => {
  expect(matchesTag('"a", W/"b"', '"b"')).toBe(true);
  expect(matchesTag('*', '"b"')).toBe(true);
  expect(matchesTag('"a"', '"b"')).toBe(false);
  expect(matchesTag(undefined, '"b"')).toBe(false);
});
