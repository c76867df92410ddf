import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../parse-recipe.js';
import { applyControl } from './apply-control.js';
import { readKdl } from './kdl-document.js';

const result = parseRecipe(
  `name: demo
version: "2"
release: 3
homepage: https://example.org
license: MIT
build: |
  one
check: |
  test
builddeps: [ a ]
profiles:
  - emul32: { build: thirty-two }
packages:
  - "%(name)-devel": { rundeps: [ x ] }
`,
  { fileName: 'stone.yaml' },
);
if (!result.ok) throw new Error(JSON.stringify(result.error));
const recipe = result.value;

function edited(text: string) {
  const applied = applyControl(recipe, { text, fileName: 'control.kdl' });
  if (!applied.ok) throw new Error(JSON.stringify(applied.error));
  return applied.value;
}

function errorOf(text: string) {
  const applied = applyControl(recipe, { text, fileName: 'control.kdl' });
  if (applied.ok) throw new Error('accepted');
  return applied.error[0];
}

describe('applyControl', () => {
  it('empties a phase', () => {
    expect(edited('override {\n  check ""\n}\n').phases.check?.text).toBe('');
  });

  it('puts texts and items before and after, and overrides last', () => {
    const after = edited(`
      override { install "new"; }
      append { build "two"; install "lost"; builddeps { "binary(z)"; c } }
      prepend { build r#"ze"ro"#; environment """
          export A=1
            B
          """
      }
    `);
    expect(after.phases.build?.text).toBe('ze"ro\none\n\ntwo');
    expect(after.phases.install?.text).toBe('new');
    expect(after.environment?.text).toBe('export A=1\n  B');
    expect(after.buildDeps).toEqual(['a', 'binary(z)', 'c']);
  });

  it('edits profiles and packages that exist', () => {
    const after = edited(`append {
      profiles { emul32 { build "more"; checkdeps { d } } } // comment
      packages { "%(name)-devel" { rundeps { y } } }
      /- packages { nobody { rundeps { y } } }
      /* packages /* nested */ */
    }`);
    expect(after.profiles[0]?.scripts.build?.text).toBe('thirty-two\nmore');
    expect(after.profiles[0]?.checkDeps).toEqual(['d']);
    expect(after.packages[0]?.runDeps).toEqual(['x', 'y']);
  });

  it.each([
    ['an unknown verb', 'replace { build "x" }', 1],
    ['an unknown key', 'append {\n  built "x"\n}', 2],
    ['a script that is no string', 'append { build 5 }', 1],
    ['a profile the recipe lacks', 'append { profiles { arm { build "x" } } }', 1],
    ['a package the recipe lacks', 'append { packages { arm { rundeps { x } } } }', 1],
    ['an open brace', 'append {\n', 1],
    ['an open string', 'append { build "x }', 1],
    ['an open comment', '/* x', 1],
    ['a property', 'append { build x="y" }', 1],
    ['depth', `a ${'{ a '.repeat(50)}`, 1],
    ['an unknown escape', 'append { build "\\q" }', 1],
    ['size', ' '.repeat(70_000), 1],
  ])('refuses %s', (_, text, line) => {
    expect(errorOf(text)).toMatchObject({
      code: 'recipe.bad-control-file',
      file: 'control.kdl',
      line,
    });
  });

  it('refuses a malformed build dependency', () => {
    expect(errorOf('append { builddeps { "odd(x)" } }')?.code).toBe('recipe.bad-dependency');
  });

  it('never crashes on arbitrary text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '"',
      '\\',
      '/-',
      '/*',
      '*/',
      '#',
      'a',
      ' ',
      '\n',
      ';',
      '=',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const read = readKdl(pieces.join(''), 'control.kdl');
        expect(typeof read.ok).toBe('boolean');
      }),
      { numRuns: 3000 },
    );
  });
});
