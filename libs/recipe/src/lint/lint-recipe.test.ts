import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../parse-recipe.js';
import { lintRecipe } from './lint-recipe.js';
import { nearName } from './near-name.js';

function warningsOf(text: string): string[] {
  const head = 'name: demo\nversion: 1\nrelease: 1\nhomepage: h\nlicense: MIT\n';
  const result = parseRecipe(head + text, { fileName: 'stone.yaml' });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return lintRecipe(result.value).map(({ code, line }) => `${line} ${code}`);
}

const GOOD = 'summary: s\ninstall: |\n  true\n';

describe('lintRecipe', () => {
  it('has nothing to say about a plain recipe', () => {
    expect(warningsOf(GOOD)).toEqual([]);
  });

  it('warns of unknown keys and guesses what was meant', () => {
    const result = parseRecipe(
      `name: d\nversion: 1\nrelease: 1\nhomepage: h\nlicense: MIT\n${GOOD}tune: [ lto ]\n`,
      { fileName: 'stone.yaml' },
    );
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    expect(lintRecipe(result.value)).toMatchObject([
      {
        code: 'lint.unknown-key',
        message: `nobody reads the key 'tune'; did you mean 'tuning'?`,
        line: 9,
      },
    ]);
  });

  it('warns of hashes, refs and schemes', () => {
    const hash = 'a'.repeat(64);
    expect(
      warningsOf(`${GOOD}upstreams:
  - https://h/a.tar: ${hash}
  - https://h/b.tar: ${hash.toUpperCase()}
  - http://h/c.tar: ${hash.slice(1)}
  - git|https://h/d.git: v1
  - git|https://h/e.git: { ref: ${'0123456789'.repeat(4)}a, unpackdir: e }
`),
    ).toEqual([
      '11 lint.upper-case-hash',
      '12 lint.insecure-url',
      '12 lint.odd-hash',
      '13 lint.unpinned-ref',
      '14 lint.unpinned-ref',
      '14 lint.unknown-key',
    ]);
  });

  it('warns of what the tools drop without a word', () => {
    expect(
      warningsOf(`${GOOD}rundeps: [ "odd(x)", a, a ]
rundeps-exclude: [ "(?=x)" ]
paths: [ "/usr/**x" ]
packages:
  - a: { }
    b: { }
`),
    ).toEqual([
      '9 lint.bad-run-dependency',
      '9 lint.repeated-dependency',
      '10 lint.bad-exclusion',
      '11 lint.path-never-matches',
      '14 lint.ignored-entry',
    ]);
  });

  it('warns of breakpoints, profiles and missing parts', () => {
    expect(
      warningsOf(`build: |
  a
  %break_exit
workload: w
emul32: true
profiles:
  - emul32: { setup: s }
  - aarch64: { setup: s }
  - emul32/aarch64: { setup: s, workload: w }
`).sort(),
    ).toEqual(
      [
        '12 lint.hidden-workload',
        '13 lint.hidden-workload',
        '1 lint.no-install',
        '1 lint.no-summary',
        '8 lint.breakpoint',
      ].sort(),
    );
  });
});

describe('nearName', () => {
  it.each([
    ['tune', 'tuning'],
    ['builddep', 'builddeps'],
    ['rundep-exclude', 'rundeps-exclude'],
    ['completely-different', null],
    ['', null],
  ])('%s → %s', (name, expected) => {
    expect(nearName(name, ['tuning', 'builddeps', 'rundeps-exclude', 'name'])).toBe(expected);
  });
});
