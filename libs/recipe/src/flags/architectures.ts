import { type Definitions } from '../macros/macro-set.js';
import { cFamily, type Flag, type TuningGroups } from './flag-set.js';

/** What the macros know about one target. */
export interface Architecture {
  readonly definitions: Definitions;
  /** The flags of the group `architecture`. */
  readonly flag: Flag;
  /** Groups that mean something else here, or nothing. */
  readonly groups?: TuningGroups;
  /** Groups that are on by default, where that differs. */
  readonly defaultGroups?: readonly string[];
}

const X86_64_V2: Flag = tuned({ march: 'x86-64-v2', mtune: 'ivybridge' }, { d: '-mcpu=x86-64-v2' });

const X86_64: Architecture = {
  definitions: {
    ...platform('x86_64'),
    march: 'x86-64-v2',
    mtune: 'ivybridge',
    target_triple: 'x86_64-unknown-linux-gnu',
    goamd64_arch: 'v2',
  },
  flag: X86_64_V2,
};

const EMUL32_X86_64: Architecture = {
  definitions: {
    ...platform('i686'),
    march: 'i686',
    mtune: 'i686',
    target_triple: 'i686-unknown-linux-gnu',
    libsuffix: '32',
    cc: '%(compiler_c) -m32',
    cxx: '%(compiler_cxx) -m32',
    cpp: '%(compiler_cpp) -m32',
    pkgconfigpath: '%(libdir)/pkgconfig:/usr/share/pkgconfig:%(prefix)/lib/pkgconfig',
  },
  flag: tuned({ march: 'i686', mtune: 'i686' }),
};

/** The one x86 only flags of the default groups. */
const NOT_X86: TuningGroups = {
  avxwidth: {},
  'control-flow': {},
  sse2avx: {},
  'tls-gnu': {},
};

/** The targets there are macros for, by name. */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  x86_64: X86_64,
  'emul32/x86_64': EMUL32_X86_64,
  'x86_64-v3x': {
    definitions: {
      ...X86_64.definitions,
      march: 'x86-64-v3',
      mtune: 'znver1',
      goamd64_arch: 'v3',
    },
    flag: {
      ...cFamily('-march=x86-64-v3 -mtune=znver1 -maes -mfsgsbase -mpclmul -mrdrnd -mxsaveopt'),
      d: '-mcpu=x86-64-v3',
      rust: '-C target-cpu=x86-64-v3 -C target-feature=+aes,+fsgsbase,+pclmulqdq,+rdrand,+xsaveopt',
    },
  },
  'x86_64-stage1': {
    definitions: { ...X86_64.definitions, prefix: '/usr/bootstrap' },
    flag: X86_64_V2,
    defaultGroups: ['base', 'optimize'],
  },
  aarch64: {
    definitions: {
      ...platform('aarch64'),
      march: 'armv8-a+simd+fp+crypto',
      mtune: 'generic',
      target_triple: 'aarch64-unknown-linux-gnu',
    },
    flag: cFamily('-march=armv8-a+simd+fp+crypto -mtune=generic'),
    groups: NOT_X86,
  },
  riscv64: {
    definitions: {
      ...platform('riscv64'),
      march: 'rv64gc',
      mtune: 'generic',
      target_triple: 'riscv64gc-unknown-linux-gnu',
    },
    flag: cFamily('-march=rv64gc'),
    groups: NOT_X86,
  },
  x86: {
    definitions: {
      ...platform('i686'),
      march: 'i686',
      mtune: 'i686',
      target_triple: 'i686-unknown-linux-gnu',
    },
    flag: tuned({ march: 'i686', mtune: 'i686' }),
  },
};

function platform(cpu: string): Definitions {
  return {
    build_platform: `${cpu}-aerynos-linux`,
    host_platform: `${cpu}-aerynos-linux`,
  };
}

function tuned(cpu: { march: string; mtune: string }, others: { d?: string } = {}): Flag {
  return {
    ...cFamily(`-march=${cpu.march} -mtune=${cpu.mtune}`),
    ...others,
    rust: `-C target-cpu=${cpu.march}`,
  };
}
