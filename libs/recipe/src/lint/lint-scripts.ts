import { tokenizeMacros } from '../macro-tokens.js';
import { recipeScripts } from '../recipe-view.js';
import { positionOf, type Recipe, type RecipeProfile } from '../recipe.js';
import { type RecipeWarning, type RecipeWarningCode } from './recipe-warning.js';

const BREAKPOINTS: ReadonlySet<string> = new Set(['break_continue', 'break_exit']);

/** Warnings about phases and profiles. */
export function lintScripts(recipe: Recipe): RecipeWarning[] {
  return [...breakpoints(recipe), ...missingInstall(recipe), ...recipe.profiles.flatMap(profile)];

  function profile(one: RecipeProfile, index: number): RecipeWarning[] {
    const path = `profiles[${index}].name`;
    if (!appliesSomewhere(recipe, one)) {
      const message = `the profile '${one.target}' applies to no target`;
      return [warning(recipe, { code: 'lint.unused-profile', message, path })];
    }
    if (recipe.phases.workload === undefined || one.scripts.workload !== undefined) return [];
    const message = `the profile '${one.target}' hides the workload of the recipe`;
    return [warning(recipe, { code: 'lint.hidden-workload', message, path })];
  }
}

function warning(
  recipe: Recipe,
  fault: { code: RecipeWarningCode; message: string; path: string },
): RecipeWarning {
  const { file, line, column } = positionOf(recipe, fault.path);
  return { code: fault.code, message: fault.message, file, line, column };
}

function breakpoints(recipe: Recipe): RecipeWarning[] {
  return recipeScripts(recipe).flatMap(({ text, at, isLineExact }) =>
    tokenizeMacros(text)
      .filter(({ kind, value }) => kind === 'action' && BREAKPOINTS.has(value))
      .map(({ value, offset }): RecipeWarning => {
        const before = isLineExact ? text.slice(0, offset).split('\n').length - 1 : 0;
        const message = `the breakpoint %${value} needs somebody at a terminal`;
        const { file, line, column } = at;
        return { code: 'lint.breakpoint', message, file, line: line + before, column };
      }),
  );
}

function missingInstall(recipe: Recipe): RecipeWarning[] {
  const owners = [recipe.phases, ...recipe.profiles.map(({ scripts }) => scripts)];
  if (owners.some(({ install }) => install !== undefined)) return [];
  return [
    warning(recipe, {
      code: 'lint.no-install',
      message: 'no target has an install phase',
      path: 'name',
    }),
  ];
}

function appliesSomewhere(recipe: Recipe, { target }: RecipeProfile): boolean {
  const isEmul32 = target === 'emul32' || target.startsWith('emul32/');
  const { architectures } = recipe;
  if (architectures.length === 0) return !isEmul32 || recipe.emul32;
  return isEmul32
    ? architectures.some((one) => one === 'emul32' || one === target)
    : architectures.some((one) => one === 'native' || one === target);
}
