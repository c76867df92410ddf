import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { RECIPE_WARNINGS } from './lint/recipe-warning.js';
import { formatRecipeError, RECIPE_ERRORS } from './recipe-error.js';

const file = path.resolve(import.meta.dirname, '../../../docs/protocol/errors-recipe.md');
const rows = readFileSync(file, 'utf8').matchAll(/^\| `([a-z.-]+)` +\| (.*?) +\|$/gm);
const documented = new Map([...rows].map(([, code, text]) => [code, text]));

describe('the documented codes', () => {
  it('are the codes of the tables, with the same sentences', () => {
    expect(Object.fromEntries(documented)).toEqual({ ...RECIPE_ERRORS, ...RECIPE_WARNINGS });
  });
});

describe('formatRecipeError', () => {
  it('names place, message and code in one line', () => {
    const at = { file: 'stone.yaml', line: 3, column: 7 };
    expect(formatRecipeError({ code: 'recipe.bad-name', message: 'no', ...at })).toBe(
      'stone.yaml:3:7: no (recipe.bad-name)',
    );
  });
});
