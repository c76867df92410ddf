import { err, ok, type Result } from '@cairn/std';

import { tokenizeMacros, type MacroToken } from '../macro-tokens.js';
import { type RecipeErrorCode } from '../recipe-error.js';
import { MACRO_DEPTH_MAX, SCRIPT_LENGTH_MAX } from '../recipe-limits.js';
import { type Actions, type Definitions } from './macro-set.js';

/** Everything a script of one target and stage may refer to. */
export interface MacroTables {
  readonly actions: Actions;
  readonly definitions: Definitions;
  /** Values without their leading underscore. Their texts may hold macros. */
  readonly builtIns: Definitions;
}

/** Why a macro cannot be expanded. */
export interface MacroFault {
  readonly code: RecipeErrorCode;
  readonly message: string;
}

/** Expands macros by text substitution and notes what the actions met on the way need. */
export class MacroExpander {
  /** Dependencies of every action expanded so far, nested ones included. */
  readonly needs = new Set<string>();
  readonly #done = new Map<string, string>();

  constructor(private readonly tables: MacroTables) {}

  /** The text a token of a recipe stands for. Recipes may not use built-ins. */
  expandToken(token: MacroToken): Result<string, MacroFault> {
    if (token.kind === 'built-in') {
      const message = `the built-in %(${token.value}) may only be used inside macros`;
      return err({ code: 'recipe.builtin-not-allowed', message });
    }
    return this.#expand(token, 1);
  }

  /** The text of an action that the planner itself puts in front of or behind a script. */
  expandAction(name: string): Result<string, MacroFault> {
    return this.#expand({ kind: 'action', value: name, offset: 0 }, 1);
  }

  #expand(token: MacroToken, depth: number): Result<string, MacroFault> {
    if (token.kind === 'text') return ok(token.value);
    const key = `${token.kind} ${token.value}`;
    const done = this.#done.get(key);
    if (done !== undefined) return ok(done);
    if (depth > MACRO_DEPTH_MAX) {
      const message = `macros nest deeper than ${MACRO_DEPTH_MAX} levels at '${token.value}'`;
      return err({ code: 'recipe.macro-too-deep', message });
    }
    const text = this.#textOf(token);
    if (!text.ok) return text;
    const expanded = this.#expandText(text.value.trim(), depth);
    if (expanded.ok) this.#done.set(key, expanded.value);
    return expanded;
  }

  #expandText(text: string, depth: number): Result<string, MacroFault> {
    let expanded = '';
    for (const token of tokenizeMacros(text)) {
      const piece = this.#expand(token, depth + 1);
      if (!piece.ok) return piece;
      expanded += piece.value;
      if (expanded.length > SCRIPT_LENGTH_MAX) return err(tooLong());
    }
    return ok(expanded);
  }

  #textOf({ kind, value }: MacroToken): Result<string, MacroFault> {
    switch (kind) {
      case 'text':
        return ok(value);
      case 'action':
        return this.#actionText(value);
      case 'built-in': {
        const text = own(this.tables.builtIns, value.slice(1));
        return text === undefined ? err(unknownDefinition(value)) : ok(text);
      }
      case 'definition': {
        const text = own(this.tables.definitions, value);
        return text === undefined ? err(unknownDefinition(value)) : ok(text);
      }
    }
  }

  #actionText(name: string): Result<string, MacroFault> {
    const found = own(this.tables.actions, name);
    if (found === undefined) {
      const message = `the action %${name} does not exist; write %% for a percent sign`;
      return err({ code: 'recipe.unknown-action', message });
    }
    for (const need of found.needs) this.needs.add(need);
    return ok(found.text);
  }
}

/** The fault of a script that grows beyond the limit. */
export function tooLong(): MacroFault {
  const message = `the script is longer than ${SCRIPT_LENGTH_MAX} characters once expanded`;
  return { code: 'recipe.script-too-long', message };
}

function unknownDefinition(name: string): MacroFault {
  const message = `the definition %(${name}) does not exist`;
  return { code: 'recipe.unknown-definition', message };
}

/** Tables are plain objects; a recipe may ask for a name such as `constructor`. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
