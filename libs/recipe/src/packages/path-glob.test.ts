import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compileGlob, escapeGlob, matchesGlobOrBelow } from './path-glob.js';

function matches(pattern: string, path: string): boolean {
  const glob = compileGlob(pattern);
  return glob !== null && matchesGlobOrBelow(glob, escapeGlob(path));
}

describe('path globs', () => {
  it.each([
    ['/usr/lib/*.a', '/usr/lib/libx.a', true],
    ['/usr/lib/*.a', '/usr/lib/deep/libx.a', true],
    ['/usr/lib/lib*.so', '/usr/lib/libx.so.1', false],
    ['/usr/lib/lib*.so', '/usr/lib/libx.so/below', true],
    ['/usr/include', '/usr/include/a/b.h', true],
    ['/usr/include', '/usr/includes', false],
    ['/usr/share/**/x', '/usr/share/x', true],
    ['/usr/share/**/x', '/usr/share/a/b/x', true],
    ['/usr/share/**/x', '/usr/share/ax', false],
    ['/usr/share/**', '/usr/share/a/b', true],
    ['/usr/share/**', '/usr/share', false],
    ['**/x', '/usr/x', true],
    ['/usr/**/**/x', '/usr/a/x', true],
    ['/a?c', '/abc', true],
    ['/a?c', '/a/c', true],
    ['/[a-c]x', '/bx', true],
    ['/[!a-c]x', '/bx', false],
    ['/[]]x', '/bx', false],
    ['/usr/bin/[[]', '/usr/bin/[', false],
    ['/usr/bin/*', '/usr/bin/[', true],
    ['/usr/bin/[', '/usr/bin/[', false],
    ['*', '/anything/at/all', true],
  ])('%s against %s: %s', (pattern, path, expected) => {
    expect(matches(pattern, path)).toBe(expected);
  });

  it.each(['/a/**b', '/a**/b', '***', '/a[', '/a[]', '/a[!]'])('refuses %s', (pattern) => {
    expect(compileGlob(pattern)).toBe(null);
  });

  it('takes no exponential time', () => {
    const started = performance.now();
    expect(matches(`/${'*a'.repeat(200)}b`, `/${'a'.repeat(1000)}`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('agrees with a slow matcher that follows the definition', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '?', '/**/', '[ab]', '[!a]');
    const pattern = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 9 }).map((p) => p.join(''));
    fc.assert(
      fc.property(pattern, path, (glob, text) => {
        const compiled = compileGlob(glob);
        const expected =
          compiled !== null &&
          [text, ...prefixes(text)].some((one) => slowMatch(compiled.tokens, one));
        expect(matches(glob, text)).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

function prefixes(path: string): string[] {
  return Array.from(path).flatMap((char, index) => (char === '/' ? [path.slice(0, index)] : []));
}

type Tokens = NonNullable<ReturnType<typeof compileGlob>>['tokens'];

/** Written the plain recursive way: every way to divide the text is tried. */
function slowMatch(tokens: Tokens, text: string, isStart = true): boolean {
  const [token, ...rest] = tokens;
  if (token === undefined) return text === '';
  const [char = ''] = text;
  const next = (from: number) =>
    slowMatch(rest, text.slice(from), from === 0 ? isStart : text[from - 1] === '/');
  const cuts = Array.from({ length: text.length + 1 }, (_, index) => index);
  switch (token.kind) {
    case 'char':
      return char === token.char && next(1);
    case 'any-char':
      return char !== '' && next(1);
    case 'class':
      return (
        char !== '' &&
        token.ranges.some(({ from, to }) => from <= char && char <= to) !== token.negated &&
        next(1)
      );
    case 'any-text':
      return cuts.some(next);
    case 'components':
      if (rest.length === 0) return true;
      return cuts.filter((cut) => (cut === 0 ? isStart : text[cut - 1] === '/')).some(next);
  }
}
