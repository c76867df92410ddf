import { err, invariant, ok, type Result } from '@cairn/std';

import { ARCHITECTURES, type Architecture } from '../flags/architectures.js';
import { compilerFlags } from '../flags/compiler-flags.js';
import { recipeError, type RecipeError } from '../recipe-error.js';
import { ERRORS_MAX } from '../recipe-limits.js';
import { positionOf, type Toolchain } from '../recipe.js';
import {
  type BuildDirectories,
  type BuildPhase,
  type BuildPhaseName,
  type BuildPlan,
  type BuildPlanRequest,
  type BuildStage,
  type PgoStage,
  type UpstreamPlacement,
} from './build-plan.js';
import { mergeAction, pgoStages, stageGroups, stagePhases, targetScripts } from './build-stages.js';
import { buildTargets } from './build-targets.js';
import { type BuiltInFacts } from './built-ins.js';
import { rootDependencies } from './root-dependencies.js';
import { StageScripts } from './stage-scripts.js';
import { placeUpstreams, prepareText, workSubdirectory } from './upstream-placement.js';

/** The guest layout of the distribution's own build tool. */
export const DEFAULT_DIRECTORIES: BuildDirectories = {
  recipePkg: '/mason/recipe/pkg',
  sources: '/mason/sourcedir',
  install: '/mason/install',
  build: '/mason/build',
  ccache: '/mason/ccache',
  sccache: '/mason/sccache',
  goCache: '/mason/gocache',
  goModCache: '/mason/gomodcache',
  cargoCache: '/mason/cargocache',
  zigCache: '/mason/zigcache',
};

const DEFAULT_SEARCH_PATH = '/usr/bin:/bin';
const DEFAULT_LOCALE = 'en_US.UTF-8';
const DEFAULT_ARCHIVE_TOOL = 'bsdtar-static';

/**
 * Plans every script of a build: targets, passes and phases in order, macros expanded. Reports every fault of tuning
 * and macros with its place, so that nothing has to be fetched to find them.
 */
export function planBuild(request: BuildPlanRequest): Result<BuildPlan, RecipeError[]> {
  const { recipe, architecture } = request;
  const targets = buildTargets(recipe, architecture);
  if (!targets.ok) return err([targets.error]);
  const planner = new Planner(request);
  const stages = targets.value.flatMap((target) => planner.target(target));
  if (planner.errors.length > 0) return err(distinct(planner.errors));
  const dependencies = rootDependencies({
    recipe,
    toolchain: planner.toolchain,
    targets: targets.value,
    upstreams: planner.upstreams,
    actionNeeds: planner.actionNeeds,
    compilerCache: request.compilerCache ?? false,
  });
  return ok({
    architecture,
    toolchain: planner.toolchain,
    directories: planner.directories,
    targets: targets.value,
    stages,
    upstreams: planner.upstreams,
    dependencies,
    actionDependencies: dependencies.actions,
  });
}

class Planner {
  readonly errors: RecipeError[] = [];
  readonly actionNeeds = new Set<string>();
  readonly toolchain: Toolchain;
  readonly directories: BuildDirectories;
  readonly upstreams: readonly UpstreamPlacement[];

  constructor(private readonly request: BuildPlanRequest) {
    this.toolchain = request.toolchain ?? request.recipe.toolchain;
    this.directories = { ...DEFAULT_DIRECTORIES, ...request.directories };
    this.upstreams = placeUpstreams(request.recipe);
  }

  target(target: string): BuildStage[] {
    const { recipe } = this.request;
    const { scripts } = targetScripts(recipe, target);
    return pgoStages(recipe, { scripts, toolchain: this.toolchain }).flatMap((pgoStage) => {
      const stage = this.#stage(target, pgoStage);
      return stage === null ? [] : [stage];
    });
  }

  #stage(target: string, pgoStage: PgoStage): BuildStage | null {
    const architecture = ARCHITECTURES[target];
    invariant(architecture !== undefined, 'buildTargets checks that the macros exist');
    const facts = this.#facts({ target, pgoStage, architecture });
    if (facts === null) return null;
    const { buildDirectory, workDirectory } = facts;
    const phases = this.#phases({ target, architecture, facts });
    return { target, pgoStage, buildDirectory, workDirectory, phases };
  }

  #phases(stage: {
    readonly target: string;
    readonly architecture: Architecture;
    readonly facts: BuiltInFacts;
  }): BuildPhase[] {
    const { target, architecture, facts } = stage;
    const { recipe } = this.request;
    const { environment, scripts } = targetScripts(recipe, target);
    const { definitions } = architecture;
    const writer = new StageScripts(facts, { definitions, environment });
    const phases = stagePhases(facts.pgoStage).flatMap((name): BuildPhase[] => {
      if (name === 'prepare') return [this.#prepare(facts, architecture)];
      const script = scripts[name];
      if (script === undefined) return [];
      return [writer.phase(name, script, this.#ending(name, { facts, writer }))];
    });
    this.errors.push(...writer.errors);
    for (const need of writer.needs) this.actionNeeds.add(need);
    return phases;
  }

  #ending(
    name: BuildPhaseName,
    { facts, writer }: { facts: BuiltInFacts; writer: StageScripts },
  ): string | null {
    const merge = name === 'workload' ? mergeAction(facts.pgoStage, this.toolchain) : null;
    return merge === null ? null : writer.action(merge);
  }

  /** Prepare runs in the build directory: the work directory does not exist before it. */
  #prepare(facts: BuiltInFacts, { definitions }: Architecture): BuildPhase {
    const writer = new StageScripts(
      { ...facts, workDirectory: facts.buildDirectory },
      { definitions, environment: null },
    );
    const { sources } = this.directories;
    const archiveTool = this.request.archiveTool ?? DEFAULT_ARCHIVE_TOOL;
    return writer.ownPhase('prepare', prepareText(this.upstreams, { sources, archiveTool }));
  }

  #facts(stage: {
    readonly target: string;
    readonly pgoStage: PgoStage;
    readonly architecture: Architecture;
  }): BuiltInFacts | null {
    const { request, toolchain, directories } = this;
    const { recipe } = request;
    const flags = compilerFlags({
      architecture: stage.architecture,
      toolchain,
      tuning: recipe.tuning,
      forcedGroups: stageGroups(recipe, stage.pgoStage),
    });
    if (!flags.ok) {
      const { code, message, index } = flags.error;
      this.errors.push(recipeError(code, message, positionOf(recipe, `tuning[${index}]`)));
      return null;
    }
    const buildDirectory = `${directories.build}/${stage.target}`;
    const below = workSubdirectory(this.upstreams);
    return {
      recipe,
      toolchain,
      directories,
      flags: flags.value,
      buildDirectory,
      workDirectory: below === null ? buildDirectory : `${buildDirectory}/${trimSlashes(below)}`,
      pgoStage: stage.pgoStage,
      jobs: request.jobs,
      sourceDateEpoch: request.sourceDateEpoch,
      compilerCache: request.compilerCache ?? false,
      searchPath: request.searchPath ?? DEFAULT_SEARCH_PATH,
      locale: request.locale ?? DEFAULT_LOCALE,
    };
  }
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The same script serves several targets and passes; each of its faults is told once. */
function distinct(errors: readonly RecipeError[]): RecipeError[] {
  const byPlace = new Map(
    errors.map((error) => [`${error.code} ${error.line} ${error.column} ${error.message}`, error]),
  );
  return [...byPlace.values()].slice(0, ERRORS_MAX);
}
