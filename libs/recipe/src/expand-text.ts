import { err, ok, type Result } from '@cairn/std';

import { tokenizeMacros, type MacroToken } from './macro-tokens.js';
import { type RecipeErrorCode } from './recipe-error.js';

/** The only definitions that names, paths, summaries, descriptions and run dependencies may use. */
export interface TextDefinitions {
  readonly name: string;
  readonly version: string;
  readonly release: string;
}

/** Why a text cannot be expanded, and where in the text. */
export interface TextFault {
  readonly code: RecipeErrorCode;
  readonly message: string;
  readonly offset: number;
}

/** Expands a text outside the scripts: only name, version and release exist there, and no action at all. */
export function expandText(text: string, definitions: TextDefinitions): Result<string, TextFault> {
  let expanded = '';
  for (const token of tokenizeMacros(text)) {
    const value = valueOf(token, definitions);
    if (typeof value !== 'string') return err(value);
    expanded += value;
  }
  return ok(expanded);
}

/** The definitions of a recipe for `expandText`. */
export function textDefinitions(recipe: {
  readonly name: string;
  readonly version: string;
  readonly sourceRelease: number;
}): TextDefinitions {
  return {
    name: recipe.name,
    version: recipe.version,
    release: String(recipe.sourceRelease),
  };
}

function valueOf(token: MacroToken, definitions: TextDefinitions): string | TextFault {
  const { offset, value } = token;
  switch (token.kind) {
    case 'text':
      return value;
    case 'action': {
      const message = `the action %${value} is not allowed here; write %% for a percent sign`;
      return { code: 'recipe.action-not-allowed', message, offset };
    }
    case 'built-in': {
      const message = `the built-in %(${value}) may only be used inside macros`;
      return { code: 'recipe.builtin-not-allowed', message, offset };
    }
    case 'definition': {
      if (value === 'name' || value === 'version' || value === 'release') return definitions[value];
      const message = `only name, version and release are defined here, not '${value}'`;
      return { code: 'recipe.unknown-definition', message, offset };
    }
  }
}
