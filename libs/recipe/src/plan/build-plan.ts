import { type Dependency } from '@cairn/stone';

import { type Breakpoint } from '../macros/expand-script.js';
import { type Recipe, type RecipePhase, type Toolchain } from '../recipe.js';

/** Where things are, seen from inside the build root. Absolute paths without a trailing slash. */
export interface BuildDirectories {
  /** The `pkg` folder beside the recipe. */
  readonly recipePkg: string;
  /** The fetched upstreams. */
  readonly sources: string;
  /** What the recipe installs into. */
  readonly install: string;
  /** Each target builds in a directory below this one. */
  readonly build: string;
  readonly ccache: string;
  readonly sccache: string;
  readonly goCache: string;
  readonly goModCache: string;
  readonly cargoCache: string;
  readonly zigCache: string;
}

/** What a build needs to know beside the recipe. */
export interface BuildPlanRequest {
  readonly recipe: Recipe;
  /** The architecture of the packages, for example `x86_64`. */
  readonly architecture: string;
  /** Replaces the recipe's choice where its compiler is not to be had. */
  readonly toolchain?: Toolchain;
  /** Parallel jobs of a build. */
  readonly jobs: number;
  /** Seconds since 1970 that stand for "now" in everything built. */
  readonly sourceDateEpoch: number;
  readonly directories?: Partial<BuildDirectories>;
  readonly compilerCache?: boolean;
  /** The program the prepare phase unpacks archives with; it must take bsdtar's options. */
  readonly archiveTool?: string;
  /** The search path of the scripts, before the compiler cache's directory is put in front. */
  readonly searchPath?: string;
  readonly locale?: string;
}

export type BuildPhaseName = 'prepare' | RecipePhase;
/** The pass of a profile-guided build; `none` for every other build. */
export type PgoStage = 'none' | 'one' | 'two' | 'use';

/** One bash script, complete. */
export interface PlannedScript {
  readonly text: string;
  /** For each line of the text the line of the recipe it comes from, or null for what the planner wrote. */
  readonly recipeLines: readonly (number | null)[];
  /** What follows the script: a breakpoint of the recipe, or nothing. */
  readonly breakpoint: Breakpoint | null;
}

export interface BuildPhase {
  readonly name: BuildPhaseName;
  /** More than one only where the recipe has breakpoints; each runs in a shell of its own. */
  readonly scripts: readonly PlannedScript[];
}

/** A run through the phases for one target; the work directory is emptied before each. */
export interface BuildStage {
  /** The architecture, or `emul32/<architecture>`. */
  readonly target: string;
  readonly pgoStage: PgoStage;
  /** HOME of the scripts, and where the prepare phase unpacks. */
  readonly buildDirectory: string;
  /** Where the phases after prepare start. */
  readonly workDirectory: string;
  readonly phases: readonly BuildPhase[];
}

/** One upstream as the prepare phase places it; paths are relative to the build directory. */
export interface UpstreamPlacement {
  readonly kind: 'plain' | 'git';
  readonly url: string;
  /** Name of the file or clone in the sources directory. */
  readonly sourceName: string;
  /** Null for a file that is not unpacked. */
  readonly directory: string | null;
  readonly stripComponents: number;
}

/** What must be in the build root, by the reason for it. */
export interface RootDependencies {
  /** In every build root of the distribution. */
  readonly base: readonly Dependency[];
  readonly toolchain: readonly Dependency[];
  /** builddeps and checkdeps of the recipe and all its profiles. */
  readonly recipe: readonly Dependency[];
  /** What the actions used need. */
  readonly actions: readonly Dependency[];
  /** What unpacking the upstreams needs. */
  readonly upstreams: readonly Dependency[];
}

/** Everything to run for one recipe and architecture, in order; nothing in it needs the network or a clock. */
export interface BuildPlan {
  readonly architecture: string;
  readonly toolchain: Toolchain;
  readonly directories: BuildDirectories;
  /** In order of building: the 32-bit pass comes before the native one. */
  readonly targets: readonly string[];
  readonly stages: readonly BuildStage[];
  readonly upstreams: readonly UpstreamPlacement[];
  readonly dependencies: RootDependencies;
  /** The same as `dependencies.actions`. */
  readonly actionDependencies: readonly Dependency[];
}
