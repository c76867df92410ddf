import { err, ok, type Result } from '@cairn/std';
import type { ImpliedDepends } from './implied-depends.js';
import type { PackageFacts, SourceNode } from './source-node.js';

/** Sources in one graph file. */
export const GRAPH_LINES_MAX = 500_000;
/** Length of a source, package or dependency text. */
export const DEPENDENCY_LENGTH_MAX = 1_024;
/** Packages of a source, and texts in one list. */
export const LIST_LENGTH_MAX = 100_000;

/** A line that cannot be used; lines count from 1. */
export interface GraphLineError {
  readonly code: 'plan.bad-graph';
  readonly line: number;
  readonly message: string;
}

/** Reads a graph: one source a line as `{name, builddeps, packages: [{name, provides, depends}]}`; other fields are ignored. */
export function parseGraphLines(text: string): Result<SourceNode[], GraphLineError> {
  return parseLines(text, (line) => ({
    source: textOf(line['name'], 'name'),
    buildDepends: textsOf(line['builddeps'], 'builddeps'),
    packages: listOf(line['packages'], 'packages').map(packageOf),
  }));
}

/** Reads implied dependencies: one source a line as `{name, base, macros}`. */
export function parseImpliedLines(
  text: string,
): Result<Map<string, ImpliedDepends>, GraphLineError> {
  const lines = parseLines(text, (line) => ({
    source: textOf(line['name'], 'name'),
    base: textsOf(line['base'], 'base'),
    macros: textsOf(line['macros'], 'macros'),
  }));
  if (!lines.ok) return lines;
  return ok(new Map(lines.value.map(({ source, base, macros }) => [source, { base, macros }])));
}

type Fields = Readonly<Record<string, unknown>>;

/** Thrown and caught in this file only: a field is not what it should be. */
class BadField extends Error {}

function parseLines<Item extends { readonly source: string }>(
  text: string,
  read: (line: Fields) => Item,
): Result<Item[], GraphLineError> {
  const items: Item[] = [];
  const seen = new Set<string>();
  let number = 0;
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const line = text.slice(from, end === -1 ? text.length : end);
    from = end === -1 ? text.length : end + 1;
    number += 1;
    if (number > GRAPH_LINES_MAX) return bad(number, `more than ${GRAPH_LINES_MAX} lines`);
    if (line.trim() === '') continue;
    const item = parseLine(line, read);
    if (typeof item === 'string') return bad(number, item);
    if (seen.has(item.source)) return bad(number, `${item.source} stands there twice`);
    seen.add(item.source);
    items.push(item);
  }
  return ok(items);
}

function parseLine<Item>(line: string, read: (line: Fields) => Item): Item | string {
  try {
    return read(fieldsOf(JSON.parse(line), 'the line'));
  } catch (error) {
    if (error instanceof BadField) return error.message;
    if (error instanceof SyntaxError) return 'not JSON';
    throw error;
  }
}

function packageOf(value: unknown): PackageFacts {
  const fields = fieldsOf(value, 'a package');
  return {
    name: textOf(fields['name'], "a package's name"),
    provides: textsOf(fields['provides'], 'provides'),
    depends: textsOf(fields['depends'], 'depends'),
  };
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BadField(`${what} is no object`);
  return value as Fields;
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new BadField(`${what} is no list`);
  if (value.length > LIST_LENGTH_MAX)
    throw new BadField(`${what} has more than ${LIST_LENGTH_MAX} members`);
  return value;
}

function textsOf(value: unknown, what: string): string[] {
  return listOf(value, what).map((each) => textOf(each, what));
}

function textOf(value: unknown, what: string): string {
  if (typeof value !== 'string' || value === '')
    throw new BadField(`${what} holds something that is no text`);
  if (value.length > DEPENDENCY_LENGTH_MAX)
    throw new BadField(`${what} holds a text beyond ${DEPENDENCY_LENGTH_MAX} characters`);
  return value;
}

function bad(line: number, message: string): Result<never, GraphLineError> {
  return err({ code: 'plan.bad-graph', line, message });
}
