import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileExclusion } from './exclusion-pattern.js';

describe('compileExclusion', () => {
  it.each([
    ['soname\\(libjvm\\.so\\(.*\\)\\)', 'soname(libjvm.so(x86_64))', true],
    ['soname\\(libjvm\\.so\\(.*\\)\\)', 'soname(libjvm2.so(x86_64))', false],
    ['^name\\(', 'pkgconfig(name(', false],
    ['x$', 'ax', true],
    ['x$', 'xa', false],
    ['(foo|ba[rz])+\\d{2,3}', 'foobaz12', true],
    ['a{2}b', 'ab', false],
    ['a{0,2}b', 'b', true],
    ['[^a-c]', 'abc', false],
    ['[]x]', ']', true],
    ['[a-]', '-', true],
    ['\\bqt\\w*', 'lib qt6', true],
    ['', '', true],
    ['(?:ab)+?c', 'ababc', true],
  ])('%s in %s: %s', (pattern, text, expected) => {
    expect(compileExclusion(pattern)?.matches(text)).toBe(expected);
  });

  it.each(['(', ')', '[', 'a**', '*a', '(?=a)', '(?<n>a)', '\\1', 'a{', 'a{3,2}', '[b-a]', '\\'])(
    'refuses %s',
    (pattern) => {
      expect(compileExclusion(pattern)).toBe(null);
    },
  );

  it('refuses what is too long, too deep or too large once repeated', () => {
    expect(compileExclusion('a'.repeat(257))).toBe(null);
    expect(compileExclusion(`${'('.repeat(100)}${')'.repeat(100)}`)).toBe(null);
    expect(compileExclusion('((((a{99}){99}){99}){99})')).toBe(null);
  });

  it('takes no exponential time', () => {
    const pattern = compileExclusion('^(a+)+(a|aa)*b$');
    const started = performance.now();
    expect(pattern?.matches('a'.repeat(1000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('agrees with the engine of the language on simple patterns', () => {
    const part = fc.constantFrom('a', 'b', '.', 'a*', '(a|b)', '[ab]+', '^', '$', 'b?', 'a{1,2}');
    const pattern = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
    const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 }).map((t) => t.join(''));
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(compileExclusion(source)?.matches(subject)).toBe(new RegExp(source).test(subject));
      }),
      { numRuns: 2000 },
    );
  });
});
