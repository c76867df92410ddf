import { err, ok, type Result } from '@cairn/std';
import {
  Composer,
  CST,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  Scalar,
  type Document,
  type Node,
  type YAMLMap,
} from 'yaml';

import { recipeError, type RecipeError, type RecipeErrorCode } from './recipe-error.js';
import {
  RECIPE_SIZE_BYTES_MAX,
  YAML_DEPTH_MAX,
  YAML_LEXEMES_MAX,
  YAML_NODES_MAX,
} from './recipe-limits.js';
import { SourceLines } from './source-lines.js';
import { type YamlEntry, type YamlMap, type YamlNode, type YamlScalar } from './yaml-tree.js';

/** Thrown inside this file only, to leave the walk at the first refusal. */
class Refusal extends Error {
  constructor(readonly refusal: RecipeError) {
    super(refusal.message);
  }
}

// Everything YAML 1.2 calls non-printable, the marks its lexer uses between elements, and what decoders put in the place of
// bytes that are not UTF-8.
const CONTROL_CHARACTER =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]|[\ud800-\udbff](?![\udc00-\udfff])|[^\ud800-\udbff][\udc00-\udfff]/;

const REFUSED_LEXEMES: Readonly<Record<string, string>> = {
  anchor: 'anchors are refused',
  alias: 'aliases are refused',
  tag: 'tags are refused',
  directive: 'directives are refused',
  'directive-line': 'directives are refused',
};

/**
 * Reads one YAML 1.2 document as a tree of texts. Size, depth and number of elements are limited before anything is
 * built from them; anchors, aliases, tags, directives, further documents and repeated keys are refused.
 */
export function readYaml(text: string, fileName: string): Result<YamlNode, RecipeError[]> {
  const lines = new SourceLines(fileName, text);
  try {
    checkText(lines);
    const document = compose(lines);
    const faults = document.errors.map((fault) =>
      recipeError('recipe.yaml-syntax', firstLine(fault.message), lines.at(fault.pos[0])),
    );
    if (faults.length > 0) return err(faults);
    const { contents } = document;
    if (contents === null) refuse(lines, 0, 'recipe.wrong-type', 'the file is empty');
    return ok(new TreeBuilder(lines).node(contents, 0));
  } catch (fault) {
    if (fault instanceof Refusal) return err([fault.refusal]);
    throw fault;
  }
}

function refuse(lines: SourceLines, offset: number, code: RecipeErrorCode, message: string): never {
  throw new Refusal(recipeError(code, message, lines.at(offset)));
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}

function checkText(lines: SourceLines): void {
  // UTF-8 needs at most three bytes for each UTF-16 unit, so most texts are judged without encoding them.
  const { text } = lines;
  const isTooLarge =
    text.length > RECIPE_SIZE_BYTES_MAX ||
    (text.length * 3 > RECIPE_SIZE_BYTES_MAX &&
      new TextEncoder().encode(text).byteLength > RECIPE_SIZE_BYTES_MAX);
  if (isTooLarge) {
    const message = `the file is larger than ${RECIPE_SIZE_BYTES_MAX} bytes`;
    refuse(lines, 0, 'recipe.file-too-large', message);
  }
  const control = CONTROL_CHARACTER.exec(text);
  if (control !== null) {
    const code = text.charCodeAt(control.index).toString(16).padStart(4, '0');
    const message =
      code === 'fffd' ? 'there are bytes that are not UTF-8' : `the character U+${code} is refused`;
    refuse(lines, control.index, 'recipe.not-text', message);
  }
}

function compose(lines: SourceLines): Document {
  const composer = new Composer({
    version: '1.2',
    schema: 'failsafe',
    // Checked in TreeBuilder: the library compares every key with every other.
    uniqueKeys: false,
    logLevel: 'silent',
  });
  const documents = [...composer.compose(parse(lines), true, lines.text.length)];
  const [first, second] = documents;
  if (first === undefined) refuse(lines, 0, 'recipe.wrong-type', 'the file is empty');
  if (second !== undefined) {
    const message = 'a second document is refused';
    refuse(lines, second.range[0], 'recipe.yaml-feature-refused', message);
  }
  return first;
}

/** The library's parser, fed one lexical element at a time so that floods and towers stop early. */
function* parse(lines: SourceLines): Generator<CST.Token, void> {
  const parser = new Parser();
  const nesting = new Nesting();
  let offset = 0;
  let lexemes = 0;
  let isScalarNext = false;
  for (const lexeme of new Lexer().lex(lines.text)) {
    lexemes += 1;
    if (lexemes > YAML_LEXEMES_MAX) {
      const message = `the file holds more than ${YAML_LEXEMES_MAX} elements`;
      refuse(lines, offset, 'recipe.too-many-nodes', message);
    }
    const type: string = isScalarNext ? 'scalar' : (CST.tokenType(lexeme) ?? 'scalar');
    const refused = REFUSED_LEXEMES[type];
    if (refused !== undefined) refuse(lines, offset, 'recipe.yaml-feature-refused', refused);
    if (nesting.isTooDeepAfter(type)) {
      refuse(lines, offset, 'recipe.too-deep', `nested deeper than ${YAML_DEPTH_MAX} levels`);
    }
    yield* parser.next(lexeme);
    isScalarNext = type === 'scalar' && lexeme === CST.SCALAR && !isScalarNext;
    if (!CONTROL_LEXEMES.has(lexeme) || type !== CST.tokenType(lexeme)) offset += lexeme.length;
  }
  yield* parser.end();
}

const CONTROL_LEXEMES: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** Flow collections by their brackets, block collections opened on one line by their indicators. */
class Nesting {
  #flowDepth = 0;
  #indicatorsOnLine = 0;

  isTooDeepAfter(type: string): boolean {
    if (type === 'flow-map-start' || type === 'flow-seq-start') this.#flowDepth += 1;
    if (type === 'flow-map-end' || type === 'flow-seq-end') this.#flowDepth -= 1;
    if (type === 'newline') this.#indicatorsOnLine = 0;
    const isIndicator = type === 'seq-item-ind' || type === 'explicit-key-ind';
    if (isIndicator || type === 'map-value-ind')
      this.#indicatorsOnLine += this.#flowDepth > 0 ? 0 : 1;
    return this.#flowDepth > YAML_DEPTH_MAX || this.#indicatorsOnLine > YAML_DEPTH_MAX;
  }
}

/** Reduces the library's nodes to our tree and enforces depth, number and unique keys. */
class TreeBuilder {
  #nodes = 0;

  constructor(private readonly lines: SourceLines) {}

  node(node: unknown, depth: number): YamlNode {
    this.#nodes += 1;
    const start = (node as Node | null)?.range?.[0] ?? 0;
    if (this.#nodes > YAML_NODES_MAX) {
      const message = `the file holds more than ${YAML_NODES_MAX} values`;
      refuse(this.lines, start, 'recipe.too-many-nodes', message);
    }
    if (depth > YAML_DEPTH_MAX) {
      const message = `nested deeper than ${YAML_DEPTH_MAX} levels`;
      refuse(this.lines, start, 'recipe.too-deep', message);
    }
    if (isMap(node)) return this.#map(node, depth);
    const at = this.lines.at(start);
    if (isSeq(node)) {
      return { kind: 'list', items: node.items.map((item) => this.node(item, depth + 1)), at };
    }
    if (isScalar(node)) return this.#scalar(node);
    return { kind: 'scalar', text: '', isPlain: true, isLiteral: false, at, contentAt: at };
  }

  #map(map: YAMLMap, depth: number): YamlMap {
    const seen = new Set<string>();
    const entries: YamlEntry[] = [];
    for (const pair of map.items) {
      const key = this.node(pair.key, depth + 1);
      if (key.kind !== 'scalar') {
        const start = (pair.key as Node).range?.[0] ?? 0;
        refuse(this.lines, start, 'recipe.wrong-type', 'a key must be a text');
      }
      if (seen.has(key.text)) {
        const start = (pair.key as Node).range?.[0] ?? 0;
        refuse(this.lines, start, 'recipe.duplicate-key', `the key '${key.text}' is given twice`);
      }
      seen.add(key.text);
      const value =
        pair.value === null
          ? { ...key, text: '', isPlain: true, isLiteral: false }
          : this.node(pair.value, depth + 1);
      entries.push({ key, value });
    }
    return { kind: 'map', entries, at: this.lines.at(map.range?.[0] ?? 0) };
  }

  #scalar(scalar: Scalar): YamlScalar {
    const start = scalar.range?.[0] ?? 0;
    const at = this.lines.at(start);
    const isPlain = scalar.type === Scalar.PLAIN || scalar.type === undefined;
    const isLiteral = scalar.type === Scalar.BLOCK_LITERAL;
    const text = isPlain ? (scalar.source ?? '') : String(scalar.value);
    return {
      kind: 'scalar',
      text,
      isPlain,
      isLiteral,
      at,
      contentAt: isLiteral ? this.#blockStart(start) : at,
    };
  }

  /** The first character of a literal block: the line after its header, behind the indentation. */
  #blockStart(header: number): YamlScalar['at'] {
    const { text } = this.lines;
    const firstLine = text.indexOf('\n', header) + 1;
    if (firstLine === 0) return this.lines.at(header);
    const indentation = /^(?:[ ]*\r?\n)*([ ]*)/.exec(text.slice(firstLine))?.[1]?.length ?? 0;
    const start = this.lines.at(firstLine);
    return { ...start, column: indentation + 1 };
  }
}
