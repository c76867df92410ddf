export { draftRecipe, parseRecipe, type ParseOptions, type RecipeDraft } from './parse-recipe.js';
export {
  formatRecipeError,
  RECIPE_ERRORS,
  type RecipeError,
  type RecipeErrorCode,
  type SourcePosition,
} from './recipe-error.js';
export { RECIPE_SIZE_BYTES_MAX } from './recipe-limits.js';
export { isPackageName, lastUrlSegment } from './recipe-names.js';
export { recipeBuildDeps, recipeOutputs, type RecipeOutput } from './recipe-outputs.js';
export {
  positionOf,
  RECIPE_PHASES,
  type GitUpstream,
  type PathRule,
  type PlainUpstream,
  type Recipe,
  type RecipePackage,
  type RecipePhase,
  type RecipeProfile,
  type RecipeScript,
  type RecipeScripts,
  type SubPackage,
  type Toolchain,
  type Tuning,
  type UnknownKey,
  type Upstream,
} from './recipe.js';
export { recipeView, type RecipeView } from './recipe-view.js';
export {
  type BuildDirectories,
  type BuildPhase,
  type BuildPhaseName,
  type BuildPlan,
  type BuildPlanRequest,
  type BuildStage,
  type PgoStage,
  type PlannedScript,
  type RootDependencies,
  type UpstreamPlacement,
} from './plan/build-plan.js';
export { DEFAULT_DIRECTORIES, planBuild } from './plan/plan-build.js';
export { ARCHITECTURES, type Architecture } from './flags/architectures.js';
export { compilerFlags, type CompilerFlags } from './flags/compiler-flags.js';
export { type Breakpoint } from './macros/expand-script.js';
export {
  packageDefinitions,
  type PackageDefinition,
  type WrittenDependency,
} from './packages/package-definitions.js';
export { createPathSplitter, splitPaths, type PathSplitter } from './packages/path-splitter.js';
export { compileExclusion, type ExclusionPattern } from './packages/exclusion-pattern.js';
export { checkRecipe, type CheckOptions, type RecipeVerdict } from './check-recipe.js';
export { applyControl } from './control/apply-control.js';
export { lintRecipe } from './lint/lint-recipe.js';
export {
  RECIPE_WARNINGS,
  type RecipeWarning,
  type RecipeWarningCode,
} from './lint/recipe-warning.js';
