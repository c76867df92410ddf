import {
  recipeError,
  type RecipeError,
  type RecipeErrorCode,
  type SourcePosition,
} from './recipe-error.js';
import { ERRORS_MAX, LIST_ITEMS_MAX, TEXT_LENGTH_MAX } from './recipe-limits.js';
import { type RecipeScript, type UnknownKey } from './recipe.js';
import {
  isNull,
  scalarType,
  typeName,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from './yaml-tree.js';

/** What the readers of one recipe collect: its faults, the keys nobody reads, and where values stand. */
export class RecipeReading {
  readonly errors: RecipeError[] = [];
  readonly unknownKeys: UnknownKey[] = [];
  readonly positions: Record<string, SourcePosition> = {};
  /** The texts of the recipe's own switches that are neither true nor false. */
  readonly badSwitches: Record<string, string> = {};

  constructor(
    readonly fileName: string,
    readonly oldSpelling: boolean,
  ) {}

  fail(code: RecipeErrorCode, message: string, at: SourcePosition): void {
    if (this.errors.length < ERRORS_MAX) this.errors.push(recipeError(code, message, at));
  }
}

/** Reads the typed values of one mapping; each fault is collected and a harmless value returned in its place. */
export class FieldReader {
  readonly #values = new Map<string, YamlNode>();

  constructor(
    readonly reading: RecipeReading,
    readonly map: YamlMap,
    /** Prefix of positions, empty for the recipe itself. */
    readonly path: string,
  ) {
    for (const { key, value } of map.entries) this.#values.set(key.text, value);
  }

  get keys(): string[] {
    return this.map.entries.map(({ key }) => key.text);
  }

  /** Notes the keys that are not in the list. */
  noteUnknown(known: ReadonlySet<string>, within: UnknownKey['within']): void {
    for (const { key } of this.map.entries) {
      if (!known.has(key.text)) {
        this.reading.unknownKeys.push({ key: key.text, within, at: key.at });
      }
    }
  }

  /** The value of a key, or undefined when it is absent or null. */
  node(key: string): YamlNode | undefined {
    const node = this.#values.get(key);
    if (node === undefined || isNull(node)) return undefined;
    this.reading.positions[this.pathOf(key)] = node.at;
    return node;
  }

  pathOf(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`;
  }

  required(key: string): YamlNode | undefined {
    const node = this.node(key);
    if (node === undefined) {
      const at = this.#values.get(key)?.at ?? this.map.at;
      this.reading.fail('recipe.missing-key', `the key '${key}' is missing`, at);
    }
    return node;
  }

  text(key: string, lengthMax = TEXT_LENGTH_MAX): string | null {
    const node = this.node(key);
    return node === undefined ? null : (this.textOf(node, key, lengthMax) ?? null);
  }

  requiredText(key: string, lengthMax: number): YamlScalar | undefined {
    const node = this.required(key);
    if (node === undefined || this.textOf(node, key, lengthMax) === undefined) return undefined;
    return node.kind === 'scalar' ? node : undefined;
  }

  /** A text; numbers and booleans must be quoted, as YAML would change their spelling. */
  textOf(node: YamlNode, what: string, lengthMax: number): string | undefined {
    if (node.kind !== 'scalar' || scalarType(node) !== 'text') {
      const hint = node.kind === 'scalar' && !isNull(node) ? '; put it in quotes' : '';
      const message = `'${what}' must be a text, not ${typeName(node)}${hint}`;
      this.reading.fail('recipe.wrong-type', message, node.at);
      return undefined;
    }
    if (node.text.length > lengthMax) {
      const message = `'${what}' is longer than ${lengthMax} characters`;
      this.reading.fail('recipe.text-too-long', message, node.at);
      return undefined;
    }
    return node.text;
  }

  script(key: string): RecipeScript | null {
    const node = this.node(key);
    if (node === undefined) return null;
    const text = this.textOf(node, key, TEXT_LENGTH_MAX);
    if (text === undefined || node.kind !== 'scalar') return null;
    return { text, at: node.contentAt, isLineExact: node.isLiteral };
  }

  /** A switch: true or false, bare or quoted; in the old spelling yes, no, on and off too. */
  switch(key: string, fallback: boolean): boolean {
    const node = this.node(key);
    if (node === undefined) return fallback;
    const value =
      node.kind === 'scalar' ? booleanOf(node.text, this.reading.oldSpelling) : undefined;
    if (value === undefined) {
      const got = node.kind === 'scalar' ? `'${shorten(node.text)}'` : typeName(node);
      const message = `'${key}' must be true or false, not ${got}`;
      if (this.path === '' && node.kind === 'scalar') this.reading.badSwitches[key] = node.text;
      this.reading.fail('recipe.bad-boolean', message, node.at);
    }
    return value ?? fallback;
  }

  /** A whole number up to `max`, or null when absent. */
  wholeNumber(key: string, max: number): number | null {
    const node = this.node(key);
    if (node === undefined) return null;
    if (node.kind === 'scalar' && node.isPlain && /^(?:0|[1-9][0-9]{0,15})$/.test(node.text)) {
      const value = Number(node.text);
      if (value <= max) return value;
    }
    const message = `'${key}' must be a whole number from 0 to ${max}`;
    this.reading.fail('recipe.bad-number', message, node.at);
    return null;
  }

  /** The items of a list; an absent list or an empty value is an empty list. */
  list(key: string): { node: YamlNode; path: string }[] {
    const node = this.node(key);
    if (node === undefined) return [];
    if (node.kind !== 'list') {
      const message = `'${key}' must be a list, not ${typeName(node)}`;
      this.reading.fail('recipe.wrong-type', message, node.at);
      return [];
    }
    if (node.items.length > LIST_ITEMS_MAX) {
      const message = `'${key}' holds more than ${LIST_ITEMS_MAX} items`;
      this.reading.fail('recipe.too-many-items', message, node.at);
      return [];
    }
    return node.items.map((item, index) => {
      const path = `${this.pathOf(key)}[${index}]`;
      this.reading.positions[path] = item.at;
      return { node: item, path };
    });
  }

  texts(key: string, lengthMax: number): string[] {
    return this.list(key)
      .map(({ node }) => this.textOf(node, key, lengthMax))
      .filter((text) => text !== undefined);
  }

  /** The one entry of a list item such as `- name: {…}`; of several the first in sorted order counts. */
  singleEntry(node: YamlNode, what: string): { key: YamlScalar; value: YamlNode } | undefined {
    if (node.kind === 'map') {
      const sorted = [...node.entries].sort((a, b) => (a.key.text < b.key.text ? -1 : 1));
      const [first, ...ignored] = sorted;
      for (const { key } of ignored) {
        this.reading.unknownKeys.push({ key: key.text, within: 'item', at: key.at });
      }
      if (first !== undefined) return first;
    }
    const message = `an item of '${what}' must be a mapping with one key, not ${typeName(node)}`;
    this.reading.fail('recipe.wrong-type', message, node.at);
    return undefined;
  }
}

/** What a switch's text means, or undefined when it means nothing. */
export function booleanOf(text: string, oldSpelling: boolean): boolean | undefined {
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (!oldSpelling) return undefined;
  if (/^(?:yes|on)$/i.test(text)) return true;
  return /^(?:no|off)$/i.test(text) ? false : undefined;
}

/** A text cut for use in a message. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
