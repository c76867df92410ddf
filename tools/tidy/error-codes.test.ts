import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText, root, treeFiles } from './source-tree.ts';

/** A code is documented where it opens a row of a table: | `task.not-found` | … */
const DOCUMENTED = /^\|\s*`([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)*)`/gm;
/** In the source a code is a key of its table, at the table's own indentation. */
const KEY = /^ {2}(?:'([a-z][a-z0-9.-]+)'|([a-z]+)):/gm;
const DOCUMENT = /^docs\/protocol\/errors[a-z-]*\.md$/;

/** The tables of all error codes: the file and the name of the constant. */
const TABLES = [
  ['libs/contracts/src/error-codes.ts', 'KIND_OF'],
  ['libs/stone/src/stone-error.ts', 'STONE_ERRORS'],
  ['libs/recipe/src/recipe-error.ts', 'RECIPE_ERRORS'],
  ['libs/recipe/src/lint/recipe-warning.ts', 'RECIPE_WARNINGS'],
] as const;

function codesOf([source, constant]: (typeof TABLES)[number]): readonly string[] {
  const text = readText(source);
  const from = text.indexOf(`export const ${constant} = {`);
  const body = text.slice(from, text.indexOf('\n}', from));
  return [...body.matchAll(KEY)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

const tables = TABLES.filter(([source]) => existsSync(join(root, source)));
const documents = treeFiles().filter((file) => DOCUMENT.test(file));
if (documents.length === 0) {
  console.log('Error codes are not compared: there is no docs/protocol/errors*.md yet.');
}

it.each(tables)('reads the codes of %s (%s)', (source, constant) => {
  expect(codesOf([source, constant] as (typeof TABLES)[number]).length).toBeGreaterThan(10);
});

it.skipIf(documents.length === 0)(
  'documents every error code, and none that does not exist',
  () => {
    const documented = documents.flatMap((file) =>
      [...readText(file).matchAll(DOCUMENTED)].map(([, code]) => code ?? ''),
    );
    const codes = tables.flatMap(codesOf);
    expect(
      codes.filter((code) => !documented.includes(code)),
      'not documented',
    ).toEqual([]);
    expect(
      documented.filter((code) => !codes.includes(code)),
      'documented, but no code',
    ).toEqual([]);
  },
);
