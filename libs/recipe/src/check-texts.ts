import { expandText, textDefinitions, type TextDefinitions } from './expand-text.js';
import { type RecipeReading } from './field-reader.js';
import { isCleanLine, isPackageName } from './recipe-names.js';
import { positionOf, type Recipe, type RecipePackage } from './recipe.js';

/** Checks the macros of every text outside the scripts, and the names of the packages they make. */
export function checkTexts(recipe: Recipe, reading: RecipeReading): void {
  const checker = new TextChecker(recipe, reading);
  checker.package(recipe, '');
  for (const [index, sub] of recipe.packages.entries()) {
    const path = `packages[${index}]`;
    checker.name(sub.name, `${path}.name`);
    checker.package(sub, `${path}.`);
  }
}

class TextChecker {
  readonly #definitions: TextDefinitions;

  constructor(
    private readonly recipe: Recipe,
    private readonly reading: RecipeReading,
  ) {
    this.#definitions = textDefinitions(recipe);
  }

  package(item: RecipePackage, prefix: string): void {
    this.text(item.summary ?? '', `${prefix}summary`);
    this.text(item.description ?? '', `${prefix}description`);
    this.lines(item.runDeps, `${prefix}rundeps`);
    this.lines(item.conflicts, `${prefix}conflicts`);
    this.lines(
      item.paths.map(({ pattern }) => pattern),
      `${prefix}paths`,
    );
  }

  /** A package name, once expanded, names files and repository entries. */
  name(text: string, path: string): void {
    const expanded = this.text(text, path);
    if (expanded === undefined || this.recipe.name === '' || isPackageName(expanded)) return;
    const message = `'${expanded.slice(0, 60)}' cannot be a package name`;
    this.reading.fail('recipe.bad-name', message, positionOf(this.recipe, path));
  }

  lines(texts: readonly string[], path: string): void {
    for (const [index, text] of texts.entries()) {
      const expanded = this.text(text, `${path}[${index}]`);
      if (expanded === undefined || isCleanLine(expanded)) continue;
      const message = `'${path}' holds an item with a control character`;
      this.reading.fail('recipe.not-text', message, positionOf(this.recipe, `${path}[${index}]`));
    }
  }

  text(text: string, path: string): string | undefined {
    const expanded = expandText(text, this.#definitions);
    if (expanded.ok) return expanded.value;
    const { code, message } = expanded.error;
    this.reading.fail(code, message, positionOf(this.recipe, path));
    return undefined;
  }
}
