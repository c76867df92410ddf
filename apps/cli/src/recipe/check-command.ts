import { checkRecipe, formatRecipeError, type RecipeVerdict } from '@cairn/recipe';
import { EXIT_REFUSED, EXIT_USAGE, fail, printLine } from '../stone/terminal.js';
import { printable } from '../stone/printable.js';
import { readRecipeFiles } from './recipe-files.js';

/** Options of `cairn recipe check`. */
export interface CheckCommandOptions {
  readonly json?: boolean;
  readonly oldSpelling?: boolean;
  readonly architecture?: string;
}

/** `cairn recipe check PATH…`: would these recipes be built? */
export async function checkCommand(
  paths: readonly string[],
  options: CheckCommandOptions,
): Promise<void> {
  for (const path of paths) {
    const files = await readRecipeFiles(path);
    if (!files.ok) {
      fail(printable(files.error), EXIT_USAGE);
      continue;
    }
    const { text, fileName, control } = files.value;
    const checked = checkRecipe(text, {
      fileName,
      oldSpelling: options.oldSpelling ?? false,
      ...(options.architecture === undefined ? {} : { architecture: options.architecture }),
      ...(control === undefined ? {} : { control }),
    });
    printVerdict(path, checked, options);
    if (checked.verdict === 'reject') process.exitCode ??= EXIT_REFUSED;
  }
}

function printVerdict(
  path: string,
  { verdict, errors }: RecipeVerdict,
  { json }: CheckCommandOptions,
): void {
  if (json === true) {
    printLine(JSON.stringify({ path, verdict, problems: errors }));
    return;
  }
  printLine(printable(`${path}: ${verdict}`));
  for (const error of errors) printLine(`  ${printable(formatRecipeError(error))}`);
}
