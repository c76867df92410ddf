import fc from 'fast-check';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { parseRequestPath } from './request-path.js';

it.each<[string, readonly string[], boolean]>([
  ['/', [], true],
  ['/main/moss-root-index.json', ['main', 'moss-root-index.json'], false],
  ['/main/history/', ['main', 'history'], true],
  [
    '/main/pool/v0/g/g%2B%2B/g++-1%7E2.stone?x=/..',
    ['main', 'pool', 'v0', 'g', 'g++', 'g++-1~2.stone'],
    false,
  ],
])('reads %s', (target, segments, isDirectory) => {
  expect(parseRequestPath(target)).toEqual({ segments, isDirectory });
});

it.each([
  '',
  'main',
  '//etc/passwd',
  '/../etc/passwd',
  '/main/../../etc/passwd',
  '/%2e%2e/etc/passwd',
  '/main/%2e%2e%2f%2e%2e%2fetc/passwd',
  '/main/..%5c..',
  '/main/%00',
  '/main/%',
  '/main/%ff',
  '/main/.hidden',
  '/main//x',
  '/main/moss-root-index.json.partial',
  `/${'a/'.repeat(40)}`,
  `/${'a'.repeat(3_000)}`,
])('refuses %s', (target) => {
  expect(parseRequestPath(target)).toBeUndefined();
});

it('never leads out of the folder', () => {
  const piece = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '%2e',
    '%2f',
    '%5c',
    '%00',
    'a',
    '%252e',
    '//',
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const parsed = parseRequestPath(`/${pieces.join('')}`);
      if (parsed === undefined) return;
      const resolved = posix.join('/public', ...parsed.segments);
      expect(resolved === '/public' || resolved.startsWith('/public/')).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
