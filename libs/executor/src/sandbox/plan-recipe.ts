import { constants, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { parseRelativePath } from '@cairn/exec';
import {
  applyControl,
  formatRecipeError,
  parseRecipe,
  planBuild,
  RECIPE_SIZE_BYTES_MAX,
  type BuildPlan,
  type Recipe,
  type RecipeError,
} from '@cairn/recipe';
import { err, ok, type Result } from '@cairn/std';
import { type BuildFailure } from '../build-outcome.js';
import { type BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { failure } from '../failure.js';
import { archiveTool } from './archive-tool.js';

/** A recipe that was read, and everything to run for it. */
export interface PlannedRecipe {
  readonly recipe: Recipe;
  readonly plan: BuildPlan;
}

const LLVM_TOOLS = ['/usr/bin/clang', '/usr/bin/ld.lld'];
const LIBRARIES_32 = ['/usr/lib32/libc.so', '/usr/lib/i386-linux-gnu/libc.so'];
const ERRORS_SHOWN = 20;
const CONTROL_NAME = 'control.kdl';

/** Reads the recipe and plans its build. Every fault of the recipe shows here, before anything is fetched. */
export async function planRecipe(
  order: BuildOrder,
  log: BuildLog,
): Promise<Result<PlannedRecipe, BuildFailure>> {
  const isInside = parseRelativePath(order.recipeFile).ok;
  const file = path.join(order.recipeDir, order.recipeFile);
  const text = isInside ? await readRecipe(file) : undefined;
  if (text === undefined)
    return err(
      failure({
        code: 'recipe.unreadable',
        phase: 'read',
        message: `${order.recipeFile} cannot be read.`,
      }),
    );
  const recipe = await withControl(file, parseRecipe(text, { fileName: order.recipeFile }));
  if (!recipe.ok) return err(recipeFailure(recipe.error));
  const hasLlvm = LLVM_TOOLS.every((file) => existsSync(file));
  const standsIn = recipe.value.toolchain === 'llvm' && !hasLlvm;
  if (standsIn) log.note('This machine has no clang and lld: the gnu toolchain is used instead.');
  const plan = planBuild({
    recipe: recipe.value,
    architecture: order.architecture,
    ...(standsIn ? { toolchain: 'gnu' as const } : {}),
    jobs: order.jobs,
    sourceDateEpoch: order.sourceDateEpoch,
    archiveTool: archiveTool(),
    searchPath: '/usr/bin:/usr/sbin',
    // The distribution's locale is not on every host, and a missing one makes tools complain.
    locale: 'C.UTF-8',
  });
  if (!plan.ok) return err(recipeFailure(plan.error));
  const unable = hostCannot(plan.value);
  if (unable !== undefined) return err(unable);
  const breakpoint = breakpointIn(plan.value, text);
  if (breakpoint !== undefined) return err(breakpoint);
  return ok({ recipe: recipe.value, plan: plan.value });
}

/** Nobody sits at the build, so a shell that waits for somebody would wait forever. */
function breakpointIn(plan: BuildPlan, text: string): BuildFailure | undefined {
  const phases = plan.stages.flatMap((stage) => stage.phases);
  for (const { name, scripts } of phases) {
    const script = scripts.find((one) => one.breakpoint !== null);
    if (script === undefined) continue;
    const lineBefore = Math.max(0, ...script.recipeLines.map((line) => line ?? 0));
    const at = text
      .split('\n')
      .findIndex((line, index) => index >= lineBefore - 1 && line.includes('%break_'));
    return failure({
      code: 'build.breakpoint',
      phase: name,
      message: `The ${name} phase holds a breakpoint; nobody could answer it here.`,
      recipeLine: at === -1 ? undefined : at + 1,
    });
  }
  return undefined;
}

/** Applies the control file beside the recipe, where there is one. */
async function withControl(
  file: string,
  recipe: Result<Recipe, readonly RecipeError[]>,
): Promise<Result<Recipe, readonly RecipeError[]>> {
  if (!recipe.ok) return recipe;
  const text = await readRecipe(path.join(path.dirname(file), CONTROL_NAME));
  return text === undefined ? recipe : applyControl(recipe.value, { text, fileName: CONTROL_NAME });
}

/** A 32-bit pass needs a second C library, which few hosts have; better said at once than by a linker. */
function hostCannot(plan: BuildPlan): BuildFailure | undefined {
  const wants32 = plan.targets.some((target) => target.startsWith('emul32/'));
  if (!wants32 || LIBRARIES_32.some((file) => existsSync(file))) return undefined;
  const message =
    'The recipe has a 32-bit pass (emul32), and this machine has no 32-bit C library to build with. On Debian and Ubuntu: apt-get install gcc-multilib g++-multilib';
  return failure({ code: 'build.missing-build-dependency', phase: 'dependencies', message });
}

function recipeFailure(errors: readonly RecipeError[]): BuildFailure {
  const lines = errors.slice(0, ERRORS_SHOWN).map(formatRecipeError);
  const [first] = errors;
  return failure({
    code: 'recipe.invalid',
    phase: 'read',
    message: lines[0] ?? 'The recipe is not valid.',
    recipeLine: first?.line,
    excerpt: lines.join('\n'),
    errorLine: first === undefined ? undefined : `${first.code} ${first.message}`,
  });
}

async function readRecipe(file: string): Promise<string | undefined> {
  try {
    const handle = await open(
      file,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      // One byte more than allowed, so that the parser can say that it is too much.
      const { buffer, bytesRead } = await handle.read(
        Buffer.alloc(RECIPE_SIZE_BYTES_MAX + 1),
        0,
        RECIPE_SIZE_BYTES_MAX + 1,
        0,
      );
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
}
