import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DEPENDENCY_KINDS,
  formatDependency,
  parseBuildDepends,
  parseDependency,
  sortedDependencies,
} from './dependency.js';

describe('parseDependency', () => {
  it.each([
    ['nano', { kind: 'name', name: 'nano' }],
    ['name(nano)', { kind: 'name', name: 'nano' }],
    ['soname(libc.so.6(x86_64))', { kind: 'soname', name: 'libc.so.6(x86_64)' }],
    ['binary([)', { kind: 'binary', name: '[' }],
    ['name(pkgconfig(gtk+-3.0))', { kind: 'name', name: 'pkgconfig(gtk+-3.0)' }],
    ['pkgconfig32(zlib)', { kind: 'pkgconfig32', name: 'zlib' }],
  ])('reads %s', (text, expected) => {
    expect(parseDependency(text)).toEqual({ ok: true, value: expected });
  });

  it.each(['', 'Name(x)', 'perl(x)', 'binary(x', 'binary(x) ', '(x)', 'binary()', ' binary(x)'])(
    'refuses “%s”',
    (text) => {
      expect(parseDependency(text)).toMatchObject({
        ok: false,
        error: { code: 'dependency.malformed', text },
      });
    },
  );

  it('reads back whatever was formatted', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DEPENDENCY_KINDS),
        fc.string({ minLength: 1 }),
        (kind, name) => {
          expect(parseDependency(formatDependency({ kind, name }))).toEqual({
            ok: true,
            value: { kind, name },
          });
        },
      ),
    );
  });
});

describe('sortedDependencies', () => {
  it('orders by full text and keeps each once', () => {
    const sorted = sortedDependencies([
      { kind: 'soname', name: 'b' },
      { kind: 'binary', name: 'z' },
      { kind: 'soname', name: 'b' },
      { kind: 'pkgconfig32', name: 'a' },
      { kind: 'pkgconfig', name: 'a' },
    ]);
    expect(sorted.map(formatDependency)).toEqual([
      'binary(z)',
      'pkgconfig(a)',
      'pkgconfig32(a)',
      'soname(b)',
    ]);
  });
});

describe('parseBuildDepends', () => {
  it('sorts the recipe’s texts as they are written, each once, and leaves out what is none', () => {
    const texts = ['zlib-static', 'pkgconfig(zlib)', 'binary(a', 'a', 'name(a)', 'a'];
    expect(parseBuildDepends(texts)).toEqual([
      { kind: 'name', name: 'a' },
      { kind: 'name', name: 'a' },
      { kind: 'pkgconfig', name: 'zlib' },
      { kind: 'name', name: 'zlib-static' },
    ]);
  });
});
