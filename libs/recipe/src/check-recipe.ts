import { ARCHITECTURES } from './flags/architectures.js';
import { applyControl } from './control/apply-control.js';
import { draftRecipe, type ParseOptions, type RecipeDraft } from './parse-recipe.js';
import { planBuild } from './plan/plan-build.js';
import { type RecipeError } from './recipe-error.js';
import { type Recipe } from './recipe.js';

/** What a recipe is checked with. */
export interface CheckOptions extends ParseOptions {
  /** The architecture to plan for; by default x86_64, or the first the recipe supports. */
  readonly architecture?: string;
  /** The control.kdl beside the recipe. */
  readonly control?: { readonly text: string; readonly fileName: string };
}

/** The verdict on a recipe and what led to it. */
export interface RecipeVerdict {
  readonly verdict: 'accept' | 'reject';
  readonly errors: readonly RecipeError[];
  /** As far as it could be read, before the control file; null when the file is not a YAML mapping. */
  readonly draft: RecipeDraft | null;
}

const DEFAULT_ARCHITECTURE = 'x86_64';

/** Checks a recipe as a build would before it fetches anything: values, texts, tuning, every macro of every target. */
export function checkRecipe(text: string, options: CheckOptions): RecipeVerdict {
  const read = draftRecipe(text, options);
  if (!read.ok) return { verdict: 'reject', errors: read.error, draft: null };
  const draft = read.value;
  const errors = [...draft.errors, ...buildErrors(draft.recipe, options)];
  return { verdict: errors.length === 0 ? 'accept' : 'reject', errors, draft };
}

function buildErrors(recipe: Recipe, { architecture, control }: CheckOptions): RecipeError[] {
  const controlled = control === undefined ? null : applyControl(recipe, control);
  if (controlled?.ok === false) return controlled.error;
  const checked = controlled?.value ?? recipe;
  const plan = planBuild({
    recipe: checked,
    architecture: architecture ?? defaultArchitecture(checked),
    jobs: 1,
    sourceDateEpoch: 0,
  });
  return plan.ok ? [] : plan.error;
}

function defaultArchitecture({ architectures }: Recipe): string {
  const isGeneral = ['native', 'emul32', DEFAULT_ARCHITECTURE, `emul32/${DEFAULT_ARCHITECTURE}`];
  if (architectures.length === 0 || architectures.some((one) => isGeneral.includes(one))) {
    return DEFAULT_ARCHITECTURE;
  }
  return architectures.find((one) => Object.hasOwn(ARCHITECTURES, one)) ?? DEFAULT_ARCHITECTURE;
}
