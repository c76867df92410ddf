import {
  draftRecipe,
  formatRecipeError,
  lintRecipe,
  type RecipeError,
  type RecipeWarning,
} from '@cairn/recipe';
import { printable } from '../stone/printable.js';
import { EXIT_REFUSED, EXIT_USAGE, fail, printLine } from '../stone/terminal.js';
import { readRecipeFiles } from './recipe-files.js';

/** Options of `cairn recipe lint`. */
export interface LintCommandOptions {
  readonly json?: boolean;
  readonly oldSpelling?: boolean;
}

/** `cairn recipe lint PATH…`: what is accepted and probably not meant; exits with 1 when there is anything. */
export async function lintCommand(
  paths: readonly string[],
  options: LintCommandOptions,
): Promise<void> {
  for (const path of paths) {
    const files = await readRecipeFiles(path);
    if (!files.ok) {
      fail(printable(files.error), EXIT_USAGE);
      continue;
    }
    const { text, fileName } = files.value;
    const draft = draftRecipe(text, { fileName, oldSpelling: options.oldSpelling ?? false });
    const errors = draft.ok ? draft.value.errors : draft.error;
    const warnings = draft.ok ? lintRecipe(draft.value.recipe) : [];
    print(path, { errors, warnings }, options);
    if (errors.length + warnings.length > 0) process.exitCode ??= EXIT_REFUSED;
  }
}

function print(
  path: string,
  found: { readonly errors: readonly RecipeError[]; readonly warnings: readonly RecipeWarning[] },
  { json }: LintCommandOptions,
): void {
  if (json === true) {
    printLine(JSON.stringify({ path, ...found }));
    return;
  }
  for (const error of found.errors) printLine(printable(formatRecipeError(error)));
  for (const { file, line, column, message, code } of found.warnings) {
    printLine(printable(`${file}:${line}:${column}: warning: ${message} (${code})`));
  }
}
