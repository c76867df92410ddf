import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from 'vitest';

import { draftRecipe } from './parse-recipe.js';
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
  it.each(expected)('reads $tree $path: $why', ({ tree, path: directory, parsed }) => {
    const fileName = path.join(data, tree, directory, 'stone.yaml');
    const draft = draftRecipe(readFileSync(fileName, 'utf8'), { fileName: 'stone.yaml' });
    if (!draft.ok) throw new Error(JSON.stringify(draft.error));
    expect(JSON.parse(JSON.stringify(recipeView(draft.value)))).toEqual(parsed);
  });
});
