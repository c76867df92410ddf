import { action, type Actions } from './macro-set.js';

const EXPORTS: readonly (readonly [string, string])[] = [
  ['TERM', 'dumb'],
  ['SOURCE_DATE_EPOCH', '%(sourcedateepoch)'],
  ['PGO_STAGE', '%(pgo_stage)'],
  ['PKG_CONFIG_PATH', '%(pkgconfigpath)'],
  ['CFLAGS', '%(cflags)'],
  ['CGO_CFLAGS', '%(cflags)'],
  ['CXXFLAGS', '%(cxxflags)'],
  ['CGO_CXXFLAGS', '%(cxxflags)'],
  ['FFLAGS', '%(fflags)'],
  ['LDFLAGS', '%(ldflags)'],
  ['CGO_LDFLAGS', '%(ldflags) -Wl,--no-gc-sections'],
  ['DFLAGS', '%(dflags)'],
  ['RUSTFLAGS', '%(rustflags)'],
  ['VALAFLAGS', '%(valaflags)'],
  ['GOFLAGS', '%(goflags)'],
  ['CC', '%(cc)'],
  ['CXX', '%(cxx)'],
  ['OBJC', '%(objc)'],
  ['OBJCXX', '%(objcxx)'],
  ['CPP', '%(cpp)'],
  ['OBJCPP', '%(objcpp)'],
  ['OBJCXXCPP', '%(objcxxcpp)'],
  ['AR', '%(ar)'],
  ['LD', '%(ld)'],
  ['OBJCOPY', '%(objcopy)'],
  ['NM', '%(nm)'],
  ['RANLIB', '%(ranlib)'],
  ['STRIP', '%(strip)'],
  ['PATH', '%(path)'],
  ['GOAMD64', '%(goamd64_arch)'],
  ['CCACHE_DIR', '%(ccachedir)'],
  ['CCACHE_BASEDIR', '%(workdir)'],
  // Placeholders that ninja 1.8 knows: an unknown one ends the build.
  ['NINJA_STATUS', '[%f/%t %es (%p)] '],
  ['RUSTC_WRAPPER', '%(rustc_wrapper)'],
  ['GOCACHE', '%(gocachedir)'],
  ['GOMODCACHE', '%(gomodcachedir)'],
  ['CARGO_HOME', '%(cargocachedir)'],
  ['ZIG_GLOBAL_CACHE_DIR', '%(zigcachedir)'],
  ['ZIG_LOCAL_CACHE_DIR', '%(zigcachedir)'],
  ['SCCACHE_DIR', '%(sccachedir)'],
  ['LANG', '%(locale)'],
  ['LC_ALL', '%(locale)'],
];

const UNSET_WHEN_EMPTY = [
  'GOAMD64',
  'CCACHE_DIR',
  'RUSTC_WRAPPER',
  'GOCACHE',
  'GOMODCACHE',
  'CARGO_HOME',
  'ZIG_GLOBAL_CACHE_DIR',
  'ZIG_LOCAL_CACHE_DIR',
  'SCCACHE_DIR',
];

/** Ninja's own placeholders are percent signs, which the expansion would take for actions. */
function exported([name, value]: readonly [string, string]): string {
  const text = name === 'NINJA_STATUS' ? value.replaceAll('%', '%%') : value;
  return `export ${name}="${text}"`;
}

/** What every script begins with: a strict shell, the exported environment, the work directory. */
export const SCRIPT_BASE: Actions = {
  scriptBase: action([
    'set -o errexit -o nounset -o pipefail',
    ...EXPORTS.map(exported),
    '%cargo_set_environment',
    ...UNSET_WHEN_EMPTY.map((name) => `[ -n "\${${name}}" ] || unset ${name}`),
    'test -d "%(workdir)" || { echo "The work directory %(workdir) does not exist" >&2; exit 1; }',
    'cd "%(workdir)"',
    'set -o xtrace',
  ]),
  cargo_set_environment: action([
    'export CARGO_BUILD_DEP_INFO_BASEDIR="%(workdir)"',
    'export CARGO_NET_RETRY=5',
    'export CARGO_PROFILE_RELEASE_DEBUG=full',
    'export CARGO_PROFILE_RELEASE_SPLIT_DEBUGINFO=off',
    'export CARGO_PROFILE_RELEASE_LTO=off',
    'export CARGO_PROFILE_RELEASE_STRIP=none',
  ]),
};
