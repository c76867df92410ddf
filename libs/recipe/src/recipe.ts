import { type SourcePosition } from './recipe-error.js';

/** The phases a recipe may write; the preparing phase is the executor's own. */
export const RECIPE_PHASES = ['setup', 'build', 'install', 'check', 'workload'] as const;
export type RecipePhase = (typeof RECIPE_PHASES)[number];

export const TOOLCHAINS = ['llvm', 'gnu'] as const;
export type Toolchain = (typeof TOOLCHAINS)[number];

export const PATH_KINDS = ['any', 'exe', 'symlink', 'special'] as const;
export type PathKind = (typeof PATH_KINDS)[number];

/** A script as written, with where it stands so that errors and failing lines can be pointed at. */
export interface RecipeScript {
  readonly text: string;
  readonly at: SourcePosition;
  /** True for a literal block: line n of the text is line `at.line + n - 1` of the file. */
  readonly isLineExact: boolean;
}

export type RecipeScripts = Readonly<Partial<Record<RecipePhase, RecipeScript>>>;

/** An archive or single file, named by its SHA-256. */
export interface PlainUpstream {
  readonly kind: 'plain';
  readonly url: string;
  /** As written; compared as text, so upper-case letters never match. */
  readonly hash: string;
  /** File name in the source directory; null means the last segment of the URL. */
  readonly rename: string | null;
  /** Leading path components dropped when unpacking; null means one. */
  readonly stripDirs: number | null;
  readonly unpack: boolean;
  /** Directory below the build directory; null means the file name. */
  readonly unpackDir: string | null;
}

/** A git repository at a ref, usually a full commit id. */
export interface GitUpstream {
  readonly kind: 'git';
  readonly url: string;
  readonly ref: string;
  /** Directory below the build directory; null means the last segment of the URL. */
  readonly cloneDir: string | null;
}

export type Upstream = PlainUpstream | GitUpstream;

/** A glob that takes paths into a package. The kind is carried but decides nothing. */
export interface PathRule {
  readonly pattern: string;
  readonly kind: PathKind;
}

/** What a recipe says about one package; the texts may hold the macros name, version and release. */
export interface RecipePackage {
  readonly summary: string | null;
  readonly description: string | null;
  readonly runDeps: readonly string[];
  readonly runDepsExclude: readonly string[];
  readonly providesExclude: readonly string[];
  readonly conflicts: readonly string[];
  readonly paths: readonly PathRule[];
}

/** An entry of `packages`; its name may hold macros. */
export interface SubPackage extends RecipePackage {
  readonly name: string;
  /** The keys the entry has in the file, unknown ones too. */
  readonly keys: readonly string[];
}

/** Overrides for one build target, for example `emul32`. */
export interface RecipeProfile {
  readonly target: string;
  readonly environment: RecipeScript | null;
  readonly scripts: RecipeScripts;
  readonly buildDeps: readonly string[];
  readonly checkDeps: readonly string[];
  /** The keys the entry has in the file, unknown ones too. */
  readonly keys: readonly string[];
}

/** A tuning wish: a group switched on or off, or on with an option. */
export interface Tuning {
  readonly group: string;
  readonly value: boolean | string;
}

/** A key nobody reads; within an `item`, a further key of a list item that should have one. */
export interface UnknownKey {
  readonly key: string;
  readonly within: 'recipe' | 'plain-upstream' | 'git-upstream' | 'package' | 'profile' | 'item';
  readonly at: SourcePosition;
}

/** A recipe (`stone.yaml`) as written, with defaults filled in. Lists keep the order of the file. */
export interface Recipe extends RecipePackage {
  readonly fileName: string;
  readonly name: string;
  /** The text as written: an unquoted 1.10 stays 1.10. */
  readonly version: string;
  readonly sourceRelease: number;
  readonly homepage: string;
  readonly licenses: readonly string[];
  readonly upstreams: readonly Upstream[];
  readonly environment: RecipeScript | null;
  readonly phases: RecipeScripts;
  /** Well-formed dependency texts; `parseDependency` of @cairn/stone reads each of them. */
  readonly buildDeps: readonly string[];
  readonly checkDeps: readonly string[];
  readonly packages: readonly SubPackage[];
  readonly profiles: readonly RecipeProfile[];
  readonly architectures: readonly string[];
  readonly tuning: readonly Tuning[];
  readonly toolchain: Toolchain;
  readonly emul32: boolean;
  readonly networking: boolean;
  readonly strip: boolean;
  readonly debug: boolean;
  readonly lastrip: boolean;
  readonly cspgo: boolean;
  readonly samplepgo: boolean;
  readonly compressman: boolean;
  readonly mold: boolean;
  readonly unknownKeys: readonly UnknownKey[];
  /** Where values stand, by paths like `tuning[0]` or `packages[1].paths[0]`. */
  readonly positions: Readonly<Record<string, SourcePosition>>;
}

/** The place of a value, or the start of the file for one that a control file added. */
export function positionOf(
  recipe: Pick<Recipe, 'fileName' | 'positions'>,
  path: string,
): SourcePosition {
  return recipe.positions[path] ?? { file: recipe.fileName, line: 1, column: 1 };
}
