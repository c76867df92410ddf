import { RECIPE_PHASES, type Recipe, type RecipeScript, type Upstream } from './recipe.js';
import { type RecipeDraft } from './parse-recipe.js';
import { tokenizeMacros } from './macro-tokens.js';

/** A recipe in the plain shape that `cairn recipe show --json` prints. */
export type RecipeView = Readonly<Record<string, unknown>>;

/**
 * Turns a recipe into plain data with the keys of the file format. Macros used in scripts are listed by name. Switches
 * that could not be read are shown as written.
 */
export function recipeView({ recipe, badSwitches }: RecipeDraft): RecipeView {
  return { ...viewOf(recipe), ...badSwitches };
}

function viewOf(recipe: Recipe): RecipeView {
  return {
    name: recipe.name,
    version: recipe.version,
    release: recipe.sourceRelease,
    homepage: recipe.homepage,
    license: recipe.licenses,
    toolchain: recipe.toolchain,
    emul32: recipe.emul32,
    networking: recipe.networking,
    cspgo: recipe.cspgo,
    samplepgo: recipe.samplepgo,
    debug: recipe.debug,
    strip: recipe.strip,
    lastrip: recipe.lastrip,
    compressman: recipe.compressman,
    mold: recipe.mold,
    phases: writtenPhases(recipe),
    upstreams: recipe.upstreams.map(upstreamView),
    builddeps: recipe.buildDeps,
    checkdeps: recipe.checkDeps,
    rundeps: recipe.runDeps,
    'rundeps-exclude': recipe.runDepsExclude,
    architectures: recipe.architectures,
    paths: recipe.paths.map(({ pattern }) => pattern),
    tuning: recipe.tuning.map(({ group, value }) => [group, value]),
    profiles: Object.fromEntries(
      recipe.profiles.map(({ target, keys }) => [target, [...keys].sort()]),
    ),
    packages: recipe.packages.map(({ name, paths, keys }) => ({
      name,
      paths: paths.length,
      keys: [...keys].sort(),
    })),
    ...usedMacros(recipe),
    unknown_keys: recipe.unknownKeys
      .filter(({ within }) => within === 'recipe')
      .map(({ key }) => key),
  };
}

/** Every script of a recipe: environment and phases of the root and of each profile. */
export function recipeScripts(recipe: Recipe): RecipeScript[] {
  const owners = [{ environment: recipe.environment, scripts: recipe.phases }, ...recipe.profiles];
  return owners.flatMap(({ environment, scripts }) => [
    ...(environment === null ? [] : [environment]),
    ...Object.values(scripts),
  ]);
}

function usedMacros(recipe: Recipe): { actions: string[]; definitions: string[] } {
  const used = { action: new Set<string>(), definition: new Set<string>() };
  for (const { text } of recipeScripts(recipe)) {
    for (const { kind, value } of tokenizeMacros(text)) {
      if (kind === 'action' || kind === 'definition') used[kind].add(value);
    }
  }
  return { actions: [...used.action].sort(), definitions: [...used.definition].sort() };
}

function writtenPhases(recipe: Recipe): string[] {
  const phases = RECIPE_PHASES.filter((phase) => recipe.phases[phase] !== undefined);
  return recipe.environment === null ? phases : ['environment', ...phases];
}

function upstreamView(upstream: Upstream): Record<string, unknown> {
  switch (upstream.kind) {
    case 'plain':
      return {
        kind: 'plain',
        url: upstream.url,
        hash: upstream.hash,
        rename: upstream.rename,
        stripdirs: upstream.stripDirs,
        unpack: upstream.unpack,
        unpackdir: upstream.unpackDir,
      };
    case 'git':
      return {
        kind: 'git',
        url: upstream.url,
        ref: upstream.ref,
        clonedir: upstream.cloneDir,
      };
  }
}
