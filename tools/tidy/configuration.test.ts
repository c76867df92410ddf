import { expect, it } from 'vitest';
import { APPS, matches, variablesOf } from './app-variables.ts';
import { readText } from './source-tree.ts';

const DOCUMENT = 'docs/operating/configuration.md';
/** | `SUMMIT_DATA_DIR` | … but not a row about a folder, such as `SUMMIT_DATA_DIR/logs/`. */
const ROW = /^\|\s*`([A-Z][A-Z0-9_]+)`\s*\|/gm;

it.each(APPS)('documents every variable of %s, and none that does not exist', (app) => {
  const document = readText(DOCUMENT);
  const from = document.indexOf(`\n## ${app}\n`);
  const section = document.slice(from, document.indexOf('\n## ', from + 1));
  const variables = variablesOf(app);
  expect(variables.length).toBeGreaterThan(5);
  expect(matches(section, ROW)).toEqual(variables);
});
