import { tokenizeMacros, type MacroToken } from '../macro-tokens.js';
import { recipeError, type RecipeError, type SourcePosition } from '../recipe-error.js';
import { BREAKPOINTS_MAX, SCRIPT_LENGTH_MAX } from '../recipe-limits.js';
import { type RecipeScript } from '../recipe.js';
import { tooLong, type MacroExpander, type MacroFault } from './macro-expander.js';

export type Breakpoint = 'continue' | 'exit';

/** A stretch of a script up to a breakpoint or the end, expanded. */
export interface ScriptPiece {
  readonly text: string;
  /** For each line of the text the line of the recipe it comes from. */
  readonly lines: readonly number[];
  /** Where the stretch ends; null at the end of the script. */
  readonly breakpoint: Breakpoint | null;
}

export interface ExpandedScript {
  readonly pieces: readonly ScriptPiece[];
  readonly errors: readonly RecipeError[];
}

/** Expands a script of a recipe and cuts it at its breakpoints. Every fault is reported, not only the first. */
export function expandScript(script: RecipeScript, expander: MacroExpander): ExpandedScript {
  const errors: RecipeError[] = [];
  const pieces: ScriptPiece[] = [];
  const places = new ScriptPlaces(script);
  let builder = new PieceBuilder(script.at.line);
  for (const token of tokenizeMacros(script.text)) {
    const breakpoint = breakpointOf(token);
    if (breakpoint !== null) {
      pieces.push(builder.finish(breakpoint));
      builder = new PieceBuilder(places.at(token.offset).line);
      continue;
    }
    const fail = ({ code, message }: MacroFault) =>
      errors.push(recipeError(code, message, places.at(token.offset)));
    const text = expander.expandToken(token);
    if (!text.ok) fail(text.error);
    else if (builder.length + text.value.length > SCRIPT_LENGTH_MAX) {
      fail(tooLong());
      break;
    } else builder.append(text.value, { token, places });
  }
  pieces.push(builder.finish(null));
  if (pieces.length > BREAKPOINTS_MAX + 1) {
    const message = `a script holds more than ${BREAKPOINTS_MAX} breakpoints`;
    errors.push(recipeError('recipe.too-many-breakpoints', message, script.at));
  }
  return { pieces, errors };
}

function breakpointOf({ kind, value }: MacroToken): Breakpoint | null {
  if (kind !== 'action') return null;
  if (value === 'break_continue') return 'continue';
  return value === 'break_exit' ? 'exit' : null;
}

/** Places of offsets in a script, asked for in rising order. */
class ScriptPlaces {
  #offset = 0;
  #line = 0;
  #lineStart = 0;

  constructor(private readonly script: RecipeScript) {}

  at(offset: number): SourcePosition {
    const { text, at, isLineExact } = this.script;
    if (!isLineExact) return at;
    for (let next = text.indexOf('\n', this.#offset); next !== -1 && next < offset;) {
      this.#line += 1;
      this.#lineStart = next + 1;
      next = text.indexOf('\n', next + 1);
    }
    this.#offset = offset;
    return { ...at, line: at.line + this.#line, column: at.column + offset - this.#lineStart };
  }

  get isLineExact(): boolean {
    return this.script.isLineExact;
  }
}

class PieceBuilder {
  readonly #texts: string[] = [];
  readonly #lines: number[];
  #length = 0;

  constructor(line: number) {
    this.#lines = [line];
  }

  get length(): number {
    return this.#length;
  }

  append(text: string, { token, places }: { token: MacroToken; places: ScriptPlaces }): void {
    let { line } = places.at(token.offset);
    const advances = token.kind === 'text' && places.isLineExact;
    for (let next = text.indexOf('\n'); next !== -1; next = text.indexOf('\n', next + 1)) {
      if (advances) line += 1;
      this.#lines.push(line);
    }
    this.#texts.push(text);
    this.#length += text.length;
  }

  finish(breakpoint: Breakpoint | null): ScriptPiece {
    return { text: this.#texts.join(''), lines: this.#lines, breakpoint };
  }
}
