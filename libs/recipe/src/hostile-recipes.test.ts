import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { checkRecipe } from './check-recipe.js';
import { lintRecipe } from './lint/lint-recipe.js';

const RECIPE = `name        : demo
version     : "1.2"
release     : 3
homepage    : https://example.org
license     :
    - MIT
summary     : A %(name)
upstreams   :
    - https://example.org/a.tar.xz: 05ecb99247b782e8
    - git|https://example.org/b.git: { ref: v1, clonedir: b }
builddeps   : [ "pkgconfig(zlib)" ]
environment : |
    export A=%(libdir)
build       : |
    %make \\
        V=1
install     : >
    %make_install
tuning      :
    - lto: full
packages    :
    - "%(name)-devel":
        paths: [ /usr/include ]
        rundeps-exclude: [ "soname\\\\(x" ]
profiles    :
    - emul32: { setup: x }
`;

const PIECES = [
  ...['\n', ' ', '- ', '? ', ': ', ':', '[', ']', '{', '}', '|', '>', '|2', '>-', '"', "'"],
  ...['#', '%', '%(', '%%', '&a', '*a', '!t', '---', '...', '\t', ',', '\r', '\u0085', '\ufeff'],
  ...['\u2028', '😀', '\ud800', '\\', '@', '`', '~', '../', '0', 'true', '\u0000'],
];

interface Edit {
  readonly at: number;
  readonly drop: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(RECIPE.length),
  drop: fc.nat(25),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.constant('')),
});

describe('checkRecipe on damaged recipes', () => {
  it('never crashes and says where every fault stands', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        let text = RECIPE;
        for (const { at, drop, insert } of edits) {
          text = text.slice(0, at) + insert + text.slice(at + drop);
        }
        const { verdict, errors, draft } = checkRecipe(text, { fileName: 'stone.yaml' });
        expect(verdict === 'accept').toBe(errors.length === 0);
        const lines = text.split('\n').length;
        for (const { line, column, message } of errors) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines);
          expect(column).toBeGreaterThan(0);
          expect(message).not.toBe('');
        }
        if (draft !== null) expect(Array.isArray(lintRecipe(draft.recipe))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
