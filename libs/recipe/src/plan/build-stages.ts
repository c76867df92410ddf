import { type Recipe, type RecipeScript, type RecipeScripts, type Toolchain } from '../recipe.js';
import { type BuildPhaseName, type PgoStage } from './build-plan.js';
import { profileFor } from './build-targets.js';

/** The scripts that hold for one target: a profile's where it has them, else the root's. */
export interface TargetScripts {
  readonly environment: RecipeScript | null;
  readonly scripts: RecipeScripts;
}

const TRAINING_PHASES: readonly BuildPhaseName[] = ['prepare', 'setup', 'build', 'workload'];
const FULL_PHASES: readonly BuildPhaseName[] = ['prepare', 'setup', 'build', 'install', 'check'];

/**
 * The scripts of a target. The workload is the exception: where a profile applies, only its own workload counts, so a
 * profile without one builds without profiling.
 */
export function targetScripts(recipe: Recipe, target: string): TargetScripts {
  const profile = profileFor(recipe, target);
  if (profile === undefined) return { environment: recipe.environment, scripts: recipe.phases };
  const { workload: _hidden, ...inherited } = recipe.phases;
  return {
    environment: profile.environment ?? recipe.environment,
    scripts: { ...inherited, ...profile.scripts },
  };
}

/** The passes of a target: one, or training passes and the pass that uses what they measured. */
export function pgoStages(
  recipe: Recipe,
  { scripts, toolchain }: { scripts: RecipeScripts; toolchain: Toolchain },
): PgoStage[] {
  if (scripts.workload === undefined) return ['none'];
  return recipe.cspgo && toolchain === 'llvm' ? ['one', 'two', 'use'] : ['one', 'use'];
}

/** The phases of a pass, in order. */
export function stagePhases(stage: PgoStage): readonly BuildPhaseName[] {
  return stage === 'one' || stage === 'two' ? TRAINING_PHASES : FULL_PHASES;
}

/** The tuning groups a pass needs on top of the recipe's. */
export function stageGroups(recipe: Recipe, stage: PgoStage): string[] {
  switch (stage) {
    case 'none':
      return [];
    case 'one':
      return ['pgostage1'];
    case 'two':
      return ['pgostage2'];
    case 'use':
      return recipe.samplepgo ? ['pgouse', 'pgosample'] : ['pgouse'];
  }
}

/** The action that ends the workload of a training pass: LLVM's profiles must be merged before they can be used. */
export function mergeAction(stage: PgoStage, toolchain: Toolchain): string | null {
  if (toolchain !== 'llvm') return null;
  if (stage === 'one') return 'llvm_merge_s1';
  return stage === 'two' ? 'llvm_merge_s2' : null;
}
