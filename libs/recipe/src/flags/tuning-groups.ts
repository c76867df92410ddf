import { cFamily, type TuningGroups } from './flag-set.js';

const BASE: TuningGroups = {
  base: {
    flag: cFamily('-pipe -Wformat -Wformat-security -Wno-error -fPIC', {
      ld: '-Wl,-O2,--gc-sections',
      d: '-release -Hkeep-all-bodies -relocation-model=pic -wi',
      rust: '-C strip=none',
      go: '-trimpath',
    }),
  },
  debug: {
    options: {
      lines: {
        ...cFamily('-gline-tables-only -fasynchronous-unwind-tables', {
          f: '-g1',
          d: '-gline-tables-only -gc',
          rust: '-C debuginfo=1 -C split-debuginfo=off',
          vala: '-g',
        }),
        gnu: cFamily('-g1 -feliminate-unused-debug-types -fasynchronous-unwind-tables'),
      },
      std: {
        ...cFamily('-g -fasynchronous-unwind-tables', {
          f: '-g',
          d: '-g -gc -d-debug',
          rust: '-C debuginfo=2 -C split-debuginfo=off',
          vala: '-g',
        }),
        gnu: cFamily('-g -feliminate-unused-debug-types -fasynchronous-unwind-tables'),
      },
    },
    defaultOption: 'std',
  },
  'compress-debug': {
    options: {
      none: linked('-Wl,--compress-debug-sections=none'),
      zlib: linked('-Wl,--compress-debug-sections=zlib'),
      zstd: linked('-Wl,--compress-debug-sections=zstd'),
    },
    defaultOption: 'zstd',
  },
  'frame-pointer': {
    flag: cFamily('-fno-omit-frame-pointer -mno-omit-leaf-frame-pointer', {
      f: '-fno-omit-frame-pointer',
      d: '-frame-pointer=all',
      rust: '-C force-frame-pointers',
    }),
    disabled: cFamily('-fomit-frame-pointer -momit-leaf-frame-pointer', {
      f: '-fomit-frame-pointer',
      d: '-frame-pointer=none',
    }),
  },
  'build-id': { flag: linked('-Wl,--build-id=sha1') },
};

const HARDENING: TuningGroups = {
  bindnow: { flag: { ld: '-Wl,-z,relro,-z,now' } },
  symbolic: {
    options: {
      all: { ld: '-Wl,-Bsymbolic' },
      functions: { ld: '-Wl,-Bsymbolic-functions' },
      nonweak: { llvm: { ld: '-Wl,-Bsymbolic-non-weak' } },
    },
    defaultOption: 'functions',
  },
  fortify: {
    options: { lvl1: fortify(1), lvl2: fortify(2), lvl3: fortify(3) },
    defaultOption: 'lvl3',
  },
  harden: {
    options: {
      none: cFamily('-fno-stack-protector'),
      lvl1: cFamily('-fstack-protector --param ssp-buffer-size=32', { go: '-buildmode=pie' }),
      lvl2: cFamily(
        '-fstack-protector-strong -fstack-clash-protection -fPIE --param ssp-buffer-size=4',
        { go: '-buildmode=pie' },
      ),
    },
    defaultOption: 'lvl1',
    disabled: cFamily('-fno-stack-protector'),
  },
  'control-flow': { flag: cFamily('-fcf-protection') },
  'libstdc-assertions': { flag: cFamily('-Wp,-D_GLIBCXX_ASSERTIONS') },
  'thread-exceptions': { flag: cFamily('-fexceptions') },
};

const OPTIMIZING: TuningGroups = {
  optimize: {
    options: {
      fast: optimize('-Ofast', { d: '-O3', rust: '3' }),
      generic: optimize('-O2', { d: '-O2', rust: '3' }),
      size: optimize('-Os', { d: '-Os', rust: 's' }),
      speed: optimize('-O3', { d: '-O3', rust: '3' }),
    },
    defaultOption: 'generic',
  },
  lto: {
    options: {
      full: lto({ llvm: 'full', gnu: '-flto=%(jobs) -flto-partition=one', rust: 'fat' }),
      thin: lto({ llvm: 'thin', gnu: '-flto=%(jobs)', rust: 'thin' }),
    },
    defaultOption: 'thin',
  },
  ltoextra: {
    options: {
      full: {
        llvm: cFamily('-fwhole-program-vtables -fvirtual-function-elimination'),
        gnu: cFamily('-fdevirtualize-at-ltrans'),
      },
      thin: {
        llvm: cFamily('-fwhole-program-vtables'),
        gnu: cFamily('-fdevirtualize-at-ltrans'),
      },
    },
    defaultOption: 'thin',
  },
  'lto-errors': {
    flag: {
      llvm: cFamily('-Werror=odr -Werror=strict-aliasing'),
      gnu: cFamily('-Werror=odr -Werror=lto-type-mismatch -Werror=strict-aliasing'),
    },
  },
  'fat-lto': {
    flag: { ...cFamily('-ffat-lto-objects'), gnu: { f: '-ffat-lto-objects' } },
    disabled: { ...cFamily('-fno-fat-lto-objects'), gnu: { f: '-fno-fat-lto-objects' } },
  },
  icf: {
    options: {
      safe: { llvm: { ld: '-Wl,--icf=safe' } },
      all: { llvm: { ld: '-Wl,--icf=all' } },
    },
    defaultOption: 'safe',
  },
  idae: { flag: { llvm: { ld: '-Wl,--ignore-data-address-equality' } } },
  polly: { flag: { llvm: cFamily('-mllvm -polly -mllvm -polly-vectorizer=stripmine') } },
  sections: { flag: cFamily('-ffunction-sections -fdata-sections') },
  common: { flag: cFamily('-fcommon') },
  math: { flag: cFamily('-fno-math-errno -fno-trapping-math') },
  noplt: { flag: cFamily('-fno-plt') },
  nosemantic: { flag: cFamily('-fno-semantic-interposition') },
  nodaed: {
    flag: {
      llvm: cFamily('-fno-direct-access-external-data'),
      gnu: cFamily('-mno-direct-extern-access'),
    },
  },
  avxwidth: {
    flag: {
      ...cFamily('-mprefer-vector-width=128'),
      gnu: { f: '-mprefer-vector-width=128' },
    },
  },
  sse2avx: { flag: cFamily('-msse2avx') },
};

const LINKING: TuningGroups = {
  asneeded: { flag: { ld: '-Wl,--as-needed' } },
  bolt: {
    flag: { ld: '-Wl,--emit-relocs', gnu: cFamily('-fno-reorder-blocks-and-partition') },
  },
  runpath: { flag: { ld: '-Wl,--enable-new-dtags' } },
  'pch-instantiate': { flag: { llvm: { cxx: '-fpch-instantiate-templates' } } },
  visibility: {
    options: {
      inline: { cxx: '-fvisibility-inlines-hidden' },
      hidden: { c: '-fvisibility=hidden', cxx: '-fvisibility=hidden -fvisibility-inlines-hidden' },
    },
    defaultOption: 'inline',
  },
  'relative-vtables': { flag: { llvm: { cxx: '-fexperimental-relative-c++-abi-vtables' } } },
  relr: { flag: { ld: '-Wl,-z,pack-relative-relocs' } },
  'tls-gnu': { flag: cFamily('-mtls-dialect=gnu2') },
  'version-allow-undefined': {
    flag: { ld: '-Wl,--undefined-version' },
    disabled: { ld: '-Wl,--no-undefined-version' },
  },
  'golang-ldflags': { flag: { go: '-ldflags=-linkmode=external' } },
  'golang-modflags': { flag: { go: '-mod=readonly -modcacherw' } },
};

const PROFILING: TuningGroups = {
  pgosample: { flag: { llvm: cFamily('-fprofile-sample-accurate') } },
  pgostage1: {
    flag: {
      llvm: profiling('-fprofile-generate=%(pgo_dir)/IR'),
      gnu: profiling('-fprofile-generate -fprofile-dir=%(pgo_dir) -fprofile-update=atomic'),
    },
  },
  pgostage2: {
    flag: {
      llvm: profiling('-fprofile-use=%(pgo_dir)/ir.profdata -fcs-profile-generate=%(pgo_dir)/CS'),
    },
  },
  pgouse: {
    flag: {
      llvm: profiling('-fprofile-use=%(pgo_dir)/combined.profdata'),
      gnu: profiling('-fprofile-use -fprofile-dir=%(pgo_dir) -fprofile-correction'),
    },
  },
};

/** Every group a recipe may tune; the group `architecture` comes from the target. */
export const TUNING_GROUPS: TuningGroups = {
  ...BASE,
  ...HARDENING,
  ...OPTIMIZING,
  ...LINKING,
  ...PROFILING,
};

/** The groups that are on unless a recipe says otherwise. */
export const DEFAULT_GROUPS: readonly string[] = [
  'asneeded',
  'avxwidth',
  'base',
  'bindnow',
  'build-id',
  'compress-debug',
  'control-flow',
  'debug',
  'fat-lto',
  'fortify',
  'frame-pointer',
  'golang-ldflags',
  'golang-modflags',
  'harden',
  'icf',
  'libstdc-assertions',
  'lto',
  'lto-errors',
  'optimize',
  'relr',
  'symbolic',
  'thread-exceptions',
  'tls-gnu',
  'version-allow-undefined',
];

function linked(text: string) {
  return { ld: text, rust: `-C link-args=${text}` };
}

function fortify(level: number) {
  return cFamily(`-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=${level}`);
}

function optimize(text: string, { d, rust }: { d: string; rust: string }) {
  return cFamily(text, { f: text, d, rust: `-C opt-level=${rust} -C codegen-units=1` });
}

/** The D compiler is LLVM's in both toolchains, but only lld reads its link-time objects. */
function lto({ llvm, gnu, rust }: { llvm: string; gnu: string; rust: string }) {
  const flto = `-flto=${llvm}`;
  return {
    rust: `-C lto=${rust} -C linker-plugin-lto -C embed-bitcode=yes`,
    llvm: cFamily(flto, { f: flto, ld: flto, d: flto }),
    gnu: cFamily(gnu, { f: gnu, ld: gnu }),
  };
}

function profiling(text: string) {
  return cFamily(text, { f: text, ld: text });
}
