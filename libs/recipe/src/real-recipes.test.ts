import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { checkRecipe } from './check-recipe.js';
import { lintRecipe } from './lint/lint-recipe.js';
import { recipeView } from './recipe-view.js';

const data = path.resolve(import.meta.dirname, '../../../../shared/data/recipes');
const expectedFile = path.join(data, 'expected.jsonl');

interface Expected {
  readonly tree: string;
  readonly path: string;
  readonly why: string;
  readonly verdict: 'accept' | 'reject';
  readonly problems: readonly string[];
  readonly parsed: Readonly<Record<string, unknown>>;
}

const expected = existsSync(expectedFile)
  ? readFileSync(expectedFile, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Expected)
  : [];

describe.skipIf(expected.length === 0)('real recipes (skipped without ../shared/data)', () => {
  it.each(expected)('judges $tree $path: $why', (one) => {
    const file = path.join(data, one.tree, one.path, 'stone.yaml');
    const checked = checkRecipe(readFileSync(file, 'utf8'), { fileName: 'stone.yaml' });
    const { draft } = checked;
    if (draft === null) throw new Error(JSON.stringify(checked.errors));
    expect(JSON.parse(JSON.stringify(recipeView(draft)))).toEqual(one.parsed);
    expect(checked.verdict).toBe(one.verdict);
    const problems = one.problems.filter((problem) => !problem.startsWith('WARN'));
    expect(checked.errors).toHaveLength(problems.length);
    const globs = lintRecipe(draft.recipe).filter(({ code }) => code === 'lint.path-never-matches');
    expect(globs).toHaveLength(one.problems.length - problems.length);
  });
});
