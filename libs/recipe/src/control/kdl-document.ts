import { err, ok, type Result } from '@cairn/std';

import { recipeError, type RecipeError, type SourcePosition } from '../recipe-error.js';
import { CONTROL_DEPTH_MAX, CONTROL_NODES_MAX, CONTROL_SIZE_BYTES_MAX } from '../recipe-limits.js';
import { SourceLines } from '../source-lines.js';
import { BadKdl, KdlReader, type KdlValue } from './kdl-reader.js';

/** A node of a KDL document; properties and type annotations are refused, control files have none. */
export interface KdlNode {
  readonly name: string;
  readonly args: readonly KdlValue[];
  readonly children: readonly KdlNode[];
  readonly at: SourcePosition;
}

/** Reads a KDL document (version 1 or 2) under limits of size, depth and number of nodes. */
export function readKdl(text: string, fileName: string): Result<KdlNode[], RecipeError[]> {
  const lines = new SourceLines(fileName, text);
  const fail = (offset: number, message: string) =>
    err([recipeError('recipe.bad-control-file', message, lines.at(offset))]);
  // UTF-16 units stand for at least one byte each, so this refuses early enough.
  if (text.length > CONTROL_SIZE_BYTES_MAX) {
    return fail(0, `the file is larger than ${CONTROL_SIZE_BYTES_MAX} bytes`);
  }
  const parser = new KdlParser(lines);
  try {
    return ok(parser.document());
  } catch (fault) {
    if (fault instanceof BadKdl) return fail(fault.offset, fault.message);
    throw fault;
  }
}

class KdlParser {
  readonly #reader: KdlReader;
  #nodes = 0;

  constructor(private readonly lines: SourceLines) {
    this.#reader = new KdlReader(lines.text);
  }

  document(): KdlNode[] {
    const nodes = this.#nodesUntil('', 0);
    this.#reader.expectEnd();
    return nodes;
  }

  #nodesUntil(close: '' | '}', depth: number): KdlNode[] {
    const reader = this.#reader;
    if (depth > CONTROL_DEPTH_MAX) {
      throw new BadKdl(reader.offset, `nested deeper than ${CONTROL_DEPTH_MAX} levels`);
    }
    const nodes: KdlNode[] = [];
    for (;;) {
      reader.skipLines();
      if (reader.isEnd) return nodes;
      if (close !== '' && reader.take(close)) return nodes;
      const isHidden = reader.take('/-');
      if (isHidden) reader.skipLines();
      const node = this.#node(depth);
      if (!isHidden) nodes.push(node);
    }
  }

  #node(depth: number): KdlNode {
    const reader = this.#reader;
    this.#nodes += 1;
    if (this.#nodes > CONTROL_NODES_MAX) {
      throw new BadKdl(reader.offset, `the file holds more than ${CONTROL_NODES_MAX} nodes`);
    }
    const at = this.lines.at(reader.offset);
    const name = reader.name();
    const args: KdlValue[] = [];
    let children: KdlNode[] = [];
    for (;;) {
      reader.skipBlanks();
      if (reader.takeNodeEnd()) break;
      const isHidden = reader.take('/-');
      if (isHidden) reader.skipBlanks();
      if (reader.take('{')) {
        const inner = this.#children(depth);
        if (!isHidden) children = inner;
        continue;
      }
      if (reader.peek === '}') break;
      const value = reader.value();
      if (!isHidden) args.push(value);
    }
    return { name, args, children, at };
  }

  #children(depth: number): KdlNode[] {
    const { offset } = this.#reader;
    const children = this.#nodesUntil('}', depth + 1);
    if (!this.#reader.endsWith('}')) throw new BadKdl(offset, 'the brace is never closed');
    return children;
  }
}
