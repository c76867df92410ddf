import { draftRecipe, formatRecipeError, recipeView, type RecipeView } from '@cairn/recipe';
import { printable } from '../stone/printable.js';
import { EXIT_USAGE, fail, printLine } from '../stone/terminal.js';
import { readRecipeFiles } from './recipe-files.js';

/** Options of `cairn recipe show`. */
export interface ShowCommandOptions {
  readonly json?: boolean;
  readonly oldSpelling?: boolean;
}

/** `cairn recipe show PATH…`: what the recipes say, as far as they can be read. One JSON object to a line. */
export async function showCommand(
  paths: readonly string[],
  options: ShowCommandOptions,
): Promise<void> {
  for (const path of paths) {
    const files = await readRecipeFiles(path);
    if (!files.ok) {
      fail(printable(files.error), EXIT_USAGE);
      continue;
    }
    const { text, fileName } = files.value;
    const draft = draftRecipe(text, { fileName, oldSpelling: options.oldSpelling ?? false });
    if (!draft.ok) {
      for (const error of draft.error) fail(printable(formatRecipeError(error)));
      continue;
    }
    for (const error of draft.value.errors) {
      process.stderr.write(`${printable(formatRecipeError(error))}\n`);
    }
    const view = recipeView(draft.value);
    if (options.json === true) printLine(JSON.stringify(view));
    else printView(view);
  }
}

function printView(view: RecipeView): void {
  const width = Math.max(...Object.keys(view).map((key) => key.length));
  for (const [key, value] of Object.entries(view)) {
    const items = Array.isArray(value) ? value : [value];
    if (items.length === 0) continue;
    for (const [index, item] of items.entries()) {
      const label = (index === 0 ? key : '').padEnd(width);
      const text = typeof item === 'string' ? item : JSON.stringify(item);
      printLine(printable(`${label}  ${text}`));
    }
  }
}
