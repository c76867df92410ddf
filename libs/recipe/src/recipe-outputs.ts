import { parseDependency, type Dependency } from '@cairn/stone';

import { expandText, textDefinitions } from './expand-text.js';
import { type Recipe, type RecipePackage } from './recipe.js';

/** A package a recipe writes about, before anything is built. */
export interface RecipeOutput {
  readonly name: string;
  /** The written run dependencies, sorted by nobody, malformed ones dropped as the tools do. */
  readonly runDeps: readonly Dependency[];
}

/**
 * The packages a recipe names, the main one first, with their written run dependencies. The template packages (-devel,
 * -docs …) depend on what the build installs, so they appear only where the recipe writes about them.
 */
export function recipeOutputs(recipe: Recipe): RecipeOutput[] {
  const outputs = new Map<string, Dependency[]>();
  outputs.set(recipe.name, writtenRunDeps(recipe, recipe));
  for (const sub of recipe.packages) {
    const name = expandText(sub.name, textDefinitions(recipe));
    if (!name.ok) continue;
    const known = outputs.get(name.value) ?? [];
    outputs.set(name.value, [...known, ...writtenRunDeps(recipe, sub)]);
  }
  return [...outputs].map(([name, runDeps]) => ({ name, runDeps }));
}

/** What must be there before the recipe can be built, as far as the recipe itself says. */
export function recipeBuildDeps(recipe: Recipe): Dependency[] {
  const texts = [
    ...recipe.buildDeps,
    ...recipe.checkDeps,
    ...recipe.profiles.flatMap((profile) => [...profile.buildDeps, ...profile.checkDeps]),
  ];
  return texts.flatMap(dependencyOf);
}

function writtenRunDeps(recipe: Recipe, item: RecipePackage): Dependency[] {
  const definitions = textDefinitions(recipe);
  return item.runDeps.flatMap((text) => {
    const expanded = expandText(text, definitions);
    return expanded.ok ? dependencyOf(expanded.value) : [];
  });
}

function dependencyOf(text: string): Dependency[] {
  const parsed = parseDependency(text);
  return parsed.ok ? [parsed.value] : [];
}
