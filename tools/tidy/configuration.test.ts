import { expect, it } from 'vitest';
import { readText } from './source-tree.ts';

const DOCUMENT = 'docs/operating/configuration.md';
/** A key of the schema over the environment. */
const KEY = /^ {2}([A-Z][A-Z0-9_]+): /gm;
/** | `SUMMIT_DATA_DIR` | … but not a row about a folder, such as `SUMMIT_DATA_DIR/logs/`. */
const ROW = /^\|\s*`([A-Z][A-Z0-9_]+)`\s*\|/gm;

function names(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name]) => name ?? '').sort();
}

it.each(['summit', 'vessel', 'avalanche'])(
  'documents every variable of %s, and none that does not exist',
  (app) => {
    const config = readText(`apps/${app}/src/config.ts`);
    const schema = config.slice(config.indexOf('environmentSchema = z.object('));
    const document = readText(DOCUMENT);
    const from = document.indexOf(`\n## ${app}\n`);
    const section = document.slice(from, document.indexOf('\n## ', from + 1));
    const variables = names(schema.slice(0, schema.indexOf('\n});')), KEY);
    expect(variables.length).toBeGreaterThan(5);
    expect(names(section, ROW)).toEqual(variables);
  },
);
