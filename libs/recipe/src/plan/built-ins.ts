import { type CompilerFlags } from '../flags/compiler-flags.js';
import { type BuiltIn } from '../macros/base-definitions.js';
import { type Recipe, type Toolchain } from '../recipe.js';
import { type BuildDirectories, type PgoStage } from './build-plan.js';

/** What the built-in values of one target and pass are made from. */
export interface BuiltInFacts {
  readonly recipe: Recipe;
  readonly toolchain: Toolchain;
  readonly flags: CompilerFlags;
  readonly directories: BuildDirectories;
  readonly buildDirectory: string;
  readonly workDirectory: string;
  readonly pgoStage: PgoStage;
  readonly jobs: number;
  readonly sourceDateEpoch: number;
  readonly compilerCache: boolean;
  readonly searchPath: string;
  readonly locale: string;
}

const CCACHE_PATH = '/usr/lib/ccache/bin';

type ToolName = Extract<BuiltIn, `compiler_${string}`>;

const TOOLS = {
  llvm: {
    compiler_c: 'clang',
    compiler_cxx: 'clang++',
    compiler_objc: 'clang',
    compiler_objcxx: 'clang++',
    compiler_cpp: 'clang-cpp',
    compiler_objcpp: 'clang -E -',
    compiler_objcxxcpp: 'clang++ -E',
    compiler_d: 'ldc2',
    compiler_ar: 'llvm-ar',
    compiler_ld: 'ld.lld',
    compiler_objcopy: 'llvm-objcopy',
    compiler_nm: 'llvm-nm',
    compiler_ranlib: 'llvm-ranlib',
    compiler_strip: 'llvm-strip',
  },
  gnu: {
    compiler_c: 'gcc',
    compiler_cxx: 'g++',
    compiler_objc: 'gcc',
    compiler_objcxx: 'g++',
    compiler_cpp: 'gcc -E',
    compiler_objcpp: 'gcc -E',
    compiler_objcxxcpp: 'g++ -E',
    compiler_d: 'ldc2',
    compiler_ar: 'gcc-ar',
    compiler_ld: 'ld.bfd',
    compiler_objcopy: 'objcopy',
    compiler_nm: 'gcc-nm',
    compiler_ranlib: 'gcc-ranlib',
    compiler_strip: 'strip',
  },
} as const satisfies Record<Toolchain, Partial<Record<ToolName, string>>>;

/** The value of every built-in for one target and pass; compiler flags may still hold macros. */
export function builtInValues(facts: BuiltInFacts): Readonly<Record<BuiltIn, string>> {
  return {
    ...recipeValues(facts),
    ...TOOLS[facts.toolchain],
    ...(facts.recipe.mold ? { compiler_ld: 'ld.mold' } : {}),
    ...cacheValues(facts),
    ...flagValues(facts),
  };
}

function recipeValues(facts: BuiltInFacts) {
  const { recipe, directories } = facts;
  return {
    name: recipe.name,
    version: recipe.version,
    release: String(recipe.sourceRelease),
    jobs: String(facts.jobs),
    pkgdir: directories.recipePkg,
    sourcedir: directories.sources,
    installroot: directories.install,
    buildroot: facts.buildDirectory,
    workdir: facts.workDirectory,
    sourcedateepoch: String(facts.sourceDateEpoch),
    pgo_stage: facts.pgoStage.toUpperCase(),
    pgo_dir: `${facts.buildDirectory}-pgo`,
    locale: facts.locale,
  };
}

/** The directory of ccache is set even where the cache is off; the other tools must see an empty value then. */
function cacheValues({ compilerCache, directories, searchPath }: BuiltInFacts) {
  const whenOn = (value: string) => (compilerCache ? value : '');
  return {
    compiler_cache: directories.ccache,
    scompiler_cache: directories.sccache,
    compiler_go_cache: whenOn(directories.goCache),
    compiler_go_mod_cache: whenOn(directories.goModCache),
    compiler_cargo_cache: whenOn(directories.cargoCache),
    compiler_zig_cache: whenOn(directories.zigCache),
    rustc_wrapper: whenOn('/usr/bin/sccache'),
    compiler_path: compilerCache ? `${CCACHE_PATH}:${searchPath}` : searchPath,
  };
}

function flagValues({ flags, recipe }: BuiltInFacts) {
  const withMold = (text: string, flag: string) => (recipe.mold ? `${text} ${flag}` : text);
  return {
    cflags: withMold(flags.c, '-fuse-ld=mold'),
    cxxflags: withMold(flags.cxx, '-fuse-ld=mold'),
    fflags: flags.f,
    ldflags: flags.ld,
    dflags: flags.d,
    rustflags: withMold(flags.rust, '-C link-arg=-fuse-ld=mold'),
    valaflags: flags.vala,
    goflags: flags.go,
  };
}
