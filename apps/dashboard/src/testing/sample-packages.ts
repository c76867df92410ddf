import {
  type BuiltPackage,
  type BuiltVersionPage,
  type CapabilityUsers,
  type CarriedPage,
  type DependantPage,
  type Difference,
  type FilePage,
} from '@cairn/contracts';
import { SAMPLE_NOW_MS, samplePackage } from './sample-views.js';

const HOUR_MS = 3_600_000;
const HISTORY = '1750000001';
const SONAME = 'soname(libdaemon.so.0(x86_64))';
/** A text that would do harm if a page took it for markup. */
export const HOSTILE_TEXT = '<img src=x onerror="document.title=1">';

export function sampleBuiltPackage(): BuiltPackage {
  const shown = samplePackage();
  return {
    history: HISTORY,
    package: shown,
    architectures: ['x86_64', 'aarch64'],
    description: `Helps to write daemons: forks, signals, logs.\n\n${HOSTILE_TEXT}`,
    homepage: 'javascript:alert(1)',
    licenses: ['LGPL-2.1-or-later', 'MIT'],
    depends: [
      { capability: 'interpreter(/usr/lib/ld.so)', providers: [], providerCount: 0 },
      { capability: 'soname(libc.so.6(x86_64))', providers: ['glibc'], providerCount: 1 },
      {
        capability: 'soname(libz.so.1(x86_64))',
        providers: ['zlib', 'zlib-ng', 'z3'],
        providerCount: 5,
      },
    ],
    dependCount: 3,
    provides: [SONAME, 'pkgconfig(libdaemon)'],
    provideCount: 612,
    conflicts: ['name(libdaemon-old)'],
    conflictCount: 1,
    fileCount: 3,
    streams: ['unstable', 'volatile'],
    tags: ['2026-11'],
    pins: [{ stream: 'stable', account: 'ada', reason: 'before the release', at: SAMPLE_NOW_MS }],
    withdrawn: null,
    builds: [
      {
        ...{ version: '0.14', sourceRelease: 3, buildRelease: 1, sha256: shown.sha256 },
        importedAt: SAMPLE_NOW_MS - HOUR_MS,
        attempt: { taskId: 7, number: 2, builder: 'birch' },
      },
      {
        ...{ version: '0.14', sourceRelease: 2, buildRelease: 1, sha256: 'cd'.repeat(32) },
        importedAt: SAMPLE_NOW_MS - 900 * HOUR_MS,
        attempt: null,
      },
    ],
  };
}

export function sampleFilePage(): FilePage {
  const files = [
    { path: 'bin/daemon-helper', mode: 0o104_755 },
    { path: 'lib/libdaemon.so.0', mode: 0o120_777 },
    { path: `share/doc/libdaemon/${'very-long-folder-name/'.repeat(6)}README`, mode: 0o100_644 },
  ];
  return { history: HISTORY, total: 250, files };
}

export function sampleDependantPage(): DependantPage {
  const packages = ['avahi', 'ifplugd'].map((name) => ({
    ...samplePackage({ name, source: name }),
    needs: [SONAME],
  }));
  return { history: HISTORY, total: packages.length, packages };
}

export function sampleCapabilityUsers(): CapabilityUsers {
  const { packages: dependants, total: dependantCount } = sampleDependantPage();
  const providers = [samplePackage()];
  return { history: HISTORY, providers, dependants, providerCount: 1, dependantCount };
}

export function sampleCarriedPage(): CarriedPage {
  const versions = ['0.14-3-1', '0.14-2-1', null].map((release, at) => ({
    history: String(1_750_000_001 - at),
    createdAt: SAMPLE_NOW_MS - at * 20 * HOUR_MS,
    streams: at === 0 ? ['volatile'] : [],
    tags: at === 1 ? ['2026-11'] : [],
    release,
  }));
  return { versions, next: null };
}

export function sampleDifference(): Difference {
  const architecture = 'x86_64' as const;
  return {
    ...{ added: 1, removed: 1, changed: 1 },
    packages: [
      { name: 'libdaemon', architecture, before: '0.14-2-1', after: '0.14-3-1' },
      { name: 'lzo', architecture, before: null, after: '2.10-5-1' },
      { name: 'oldtool', architecture, before: '1.0-1-1', after: null },
    ],
  };
}

export function sampleVersionPage(): BuiltVersionPage {
  const architecture = 'x86_64' as const;
  const plain = { tags: [], leases: [], changeSetId: null, work: null };
  return {
    versions: [
      {
        ...plain,
        ...{ history: HISTORY, createdAt: SAMPLE_NOW_MS - 50_000, packageCount: 412 },
        ...{ streams: ['volatile'], parent: '1750000000', putCount: 9, removedCount: 1 },
        packages: [
          { name: 'libdaemon', architecture, release: '0.14-3-1' },
          { name: 'libdaemon-devel', architecture, release: '0.14-3-1' },
          { name: 'libdaemon-old', architecture, release: null },
        ],
        moves: [
          {
            stream: 'volatile',
            cause: 'publish',
            account: '',
            reason: '',
            at: SAMPLE_NOW_MS - 50_000,
          },
        ],
        changeSetId: '5f0a5b0e-33c5-4cf5-9a2e-6a6f8a1c2d3e',
        work: { taskCount: 3, taskId: 7, source: 'libdaemon', rebuildId: null },
      },
      {
        ...plain,
        ...{ history: '1750000000', createdAt: SAMPLE_NOW_MS - HOUR_MS, packageCount: 409 },
        ...{ streams: ['unstable'], tags: ['2026-11'], leases: ['mirror-eu'] },
        ...{ parent: null, putCount: 409, removedCount: 0 },
        packages: [{ name: 'acl', architecture, release: '2.3-1-1' }],
        moves: [
          {
            ...{ stream: 'unstable', cause: 'promote', account: 'ada', at: SAMPLE_NOW_MS },
            reason: `tested on three machines ${HOSTILE_TEXT}`,
          },
        ],
      },
      {
        ...plain,
        ...{ history: '1749990000', createdAt: SAMPLE_NOW_MS - 90 * HOUR_MS, packageCount: 0 },
        ...{ streams: [], parent: null, putCount: 0, removedCount: 0, packages: [], moves: [] },
      },
    ],
    next: '1749990000',
  };
}
