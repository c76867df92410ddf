import { type SourcePosition } from './recipe-error.js';

/** A YAML value reduced to what recipes need: the text as written, and where it stands. */
export type YamlNode = YamlScalar | YamlList | YamlMap;

export interface YamlScalar {
  readonly kind: 'scalar';
  readonly text: string;
  /** Unquoted, and so subject to the scalar rules of YAML 1.2. */
  readonly isPlain: boolean;
  /** A literal block (`|`): its lines stand in the file one by one. */
  readonly isLiteral: boolean;
  readonly at: SourcePosition;
  /** Where the first character of a literal block's text stands; `at` for every other style. */
  readonly contentAt: SourcePosition;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly at: SourcePosition;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly entries: readonly YamlEntry[];
  readonly at: SourcePosition;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
}

const NULL_TEXT = /^(?:|~|null|Null|NULL)$/;
const NUMBER_TEXT =
  /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** Whether the value is absent: an empty plain scalar or one of YAML's spellings of null. */
export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.isPlain && NULL_TEXT.test(node.text);
}

/** What YAML 1.2 makes of a scalar. */
export function scalarType(node: YamlScalar): 'text' | 'number' | 'boolean' | 'null' {
  if (!node.isPlain) return 'text';
  if (NULL_TEXT.test(node.text)) return 'null';
  if (/^(?:true|false)$/.test(node.text)) return 'boolean';
  return NUMBER_TEXT.test(node.text) ? 'number' : 'text';
}

/** The word a message uses for the type of a value. */
export function typeName(node: YamlNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a mapping';
  switch (scalarType(node)) {
    case 'text':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'a boolean';
    case 'null':
      return 'nothing';
  }
}
