/** Every code a recipe can be refused with, and the sentence that explains it. Codes are never reused. */
export const RECIPE_ERRORS = {
  'recipe.file-too-large': 'The file is larger than a recipe may be.',
  'recipe.not-text': 'The file holds a character that text may not hold.',
  'recipe.yaml-syntax': 'The file is not valid YAML 1.2.',
  'recipe.yaml-feature-refused':
    'Anchors, aliases, tags, directives and further documents are refused in recipes.',
  'recipe.too-deep': 'The file nests deeper than a recipe may.',
  'recipe.too-many-nodes': 'The file holds more YAML elements than a recipe may.',
  'recipe.duplicate-key': 'A key is given twice in one mapping.',
  'recipe.wrong-type': 'A value has another type than its key asks for.',
  'recipe.missing-key': 'A required key is missing.',
  'recipe.bad-boolean': 'A switch is neither true nor false.',
  'recipe.bad-number': 'A value is not a whole number in its range.',
  'recipe.text-too-long': 'A text is longer than its key allows.',
  'recipe.too-many-items': 'A list holds more items than a recipe may.',
  'recipe.bad-name': 'A package name holds characters that file names and URLs may not hold.',
  'recipe.bad-version': 'The version does not begin with a digit or holds a refused character.',
  'recipe.bad-release': 'The release is not a whole number above zero.',
  'recipe.bad-url': 'An upstream is not a URL of a scheme that can be fetched.',
  'recipe.bad-hash': 'The hash of an upstream is too short or holds a refused character.',
  'recipe.bad-git-ref': 'The ref of a git upstream is not a valid git ref.',
  'recipe.bad-path': 'A path leaves the directory it belongs to or holds a refused character.',
  'recipe.upstream-mismatch': 'A plain upstream has git properties, or a git upstream plain ones.',
  'recipe.bad-dependency': 'A build dependency is neither a name nor kind(name) of a known kind.',
  'recipe.bad-toolchain': 'The toolchain is neither llvm nor gnu.',
  'recipe.bad-path-kind': 'The kind of a path rule is not any, exe, symlink or special.',
  'recipe.unknown-tuning-group': 'The recipe tunes a group that does not exist.',
  'recipe.unknown-tuning-option': 'The recipe asks for an option its tuning group does not have.',
  'recipe.unknown-action': 'A script uses an action that does not exist.',
  'recipe.unknown-definition': 'A text uses a definition that does not exist there.',
  'recipe.builtin-not-allowed': 'Only macros may use built-in values, recipes may not.',
  'recipe.action-not-allowed': 'Names, paths, summaries and dependencies may not use actions.',
  'recipe.macro-too-deep': 'The macros nest deeper than the limit.',
  'recipe.script-too-long': 'A script grows beyond the limit when its macros are expanded.',
  'recipe.too-many-breakpoints': 'A script holds more breakpoints than the limit.',
  'recipe.no-targets': 'The recipe does not support the architecture.',
  'recipe.unknown-architecture': 'There are no macros for the architecture.',
  'recipe.bad-control-file': 'The control.kdl beside the recipe cannot be applied.',
} as const satisfies Readonly<Record<string, string>>;

/** A code of `RECIPE_ERRORS`. */
export type RecipeErrorCode = keyof typeof RECIPE_ERRORS;

/** A place in a recipe or in the control file beside it; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One fault of a recipe, with the place where it stands. */
export interface RecipeError extends SourcePosition {
  readonly code: RecipeErrorCode;
  readonly message: string;
}

/** Builds the error for a fault at a place. */
export function recipeError(
  code: RecipeErrorCode,
  message: string,
  at: SourcePosition,
): RecipeError {
  return { code, message, file: at.file, line: at.line, column: at.column };
}

/** One line for people: file, place, message and code. */
export function formatRecipeError(error: RecipeError): string {
  return `${error.file}:${error.line}:${error.column}: ${error.message} (${error.code})`;
}
