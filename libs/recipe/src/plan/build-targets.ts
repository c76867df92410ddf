import { err, ok, type Result } from '@cairn/std';

import { ARCHITECTURES } from '../flags/architectures.js';
import { recipeError, type RecipeError } from '../recipe-error.js';
import { positionOf, type Recipe, type RecipeProfile } from '../recipe.js';

const EMUL32 = 'emul32';

/** Whether a target is the 32-bit pass of an architecture. */
export function isEmul32(target: string): boolean {
  return target.startsWith(`${EMUL32}/`);
}

/** The targets a recipe is built for on an architecture, the 32-bit pass first. */
export function buildTargets(recipe: Recipe, architecture: string): Result<string[], RecipeError> {
  const emul32 = `${EMUL32}/${architecture}`;
  const { architectures } = recipe;
  const wants = (...names: string[]) => names.some((name) => architectures.includes(name));
  const isListed = architectures.length > 0;
  const targets = [
    ...((isListed ? wants(EMUL32, emul32) : recipe.emul32) ? [emul32] : []),
    ...(!isListed || wants('native', architecture) ? [architecture] : []),
  ];
  if (targets.length === 0) {
    const message = `the recipe does not support ${architecture}`;
    return err(recipeError('recipe.no-targets', message, positionOf(recipe, 'architectures')));
  }
  const unknown = targets.find((target) => !Object.hasOwn(ARCHITECTURES, target));
  if (unknown !== undefined) {
    const message = `there are no macros for '${unknown}'`;
    const at = positionOf(recipe, isEmul32(unknown) ? 'emul32' : 'name');
    return err(recipeError('recipe.unknown-architecture', message, at));
  }
  return ok(targets);
}

/** The profile of a recipe that applies to a target. */
export function profileFor(recipe: Recipe, target: string): RecipeProfile | undefined {
  return recipe.profiles.find(
    (profile) => profile.target === target || (profile.target === EMUL32 && isEmul32(target)),
  );
}
