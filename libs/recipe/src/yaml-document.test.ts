import { describe, expect, it } from 'vitest';

import { RECIPE_SIZE_BYTES_MAX } from './recipe-limits.js';
import { readYaml } from './yaml-document.js';

function firstError(text: string) {
  const result = readYaml(text, 'stone.yaml');
  if (result.ok) throw new Error('accepted');
  return result.error[0];
}

describe('readYaml', () => {
  it('keeps the text of scalars as written', () => {
    const result = readYaml('version: 1.10\nname: "a b"\n', 'stone.yaml');
    expect(result).toMatchObject({
      ok: true,
      value: {
        entries: [
          { key: { text: 'version' }, value: { text: '1.10', isPlain: true } },
          { key: { text: 'name' }, value: { text: 'a b', isPlain: false } },
        ],
      },
    });
  });

  it('says where the text of a literal block starts', () => {
    const result = readYaml('build: |\n\n    make\n      all\n', 'stone.yaml');
    expect(result).toMatchObject({
      ok: true,
      value: {
        entries: [
          {
            value: { text: '\nmake\n  all\n', isLiteral: true, contentAt: { line: 2, column: 5 } },
          },
        ],
      },
    });
  });

  it.each([
    ['aliases', 'a: &x 1\nb: *x\n', 'recipe.yaml-feature-refused', 1, 4],
    ['an alias without anchor', 'a: 1\nb: *x\n', 'recipe.yaml-feature-refused', 2, 4],
    ['tags', 'a: !!binary aaaa\n', 'recipe.yaml-feature-refused', 1, 4],
    ['directives', '%YAML 1.1\n---\na: 1\n', 'recipe.yaml-feature-refused', 1, 1],
    ['second documents', 'a: 1\n---\nb: 1\n', 'recipe.yaml-feature-refused', 2, 1],
    ['repeated keys', 'a: 1\nb: 2\na: 3\n', 'recipe.duplicate-key', 3, 1],
    ['flow towers', `a: ${'['.repeat(5000)}\n`, 'recipe.too-deep', 1, 20],
    ['block towers', `${'- '.repeat(5000)}\n`, 'recipe.too-deep', 1, 33],
    ['control characters', 'a: 1\nb: \u0001\n', 'recipe.not-text', 2, 4],
    ['bytes that are not UTF-8', 'a: 1\nb: x\ufffd\n', 'recipe.not-text', 2, 5],
    ['NUL', 'a: \u0000', 'recipe.not-text', 1, 4],
    ['tabs as indentation', 'a:\n\tb: 1\n', 'recipe.yaml-syntax', 2, 1],
    ['open quotes', 'a: "x\n', 'recipe.yaml-syntax', 2, 1],
    ['mappings as keys', '? {a: 1}\n: 2\n', 'recipe.wrong-type', 1, 3],
    ['floods', `a: [${'x,'.repeat(100_000)}]`, 'recipe.too-many-nodes', 1, undefined],
    ['nothing', '# only a comment\n', 'recipe.wrong-type', 1, 1],
  ])('refuses %s', (_, text, code, line, column) => {
    expect(firstError(text)).toMatchObject({ code, line, ...(column && { column }) });
  });

  it('refuses a file above the limit by its bytes', () => {
    expect(firstError('é'.repeat(RECIPE_SIZE_BYTES_MAX / 2 + 1))?.code).toBe(
      'recipe.file-too-large',
    );
  });
});
