import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { formatDependency, type Dependency } from '@cairn/stone';

/** Answers whether the machine's own `/usr` offers a capability. Answers are kept for the life of the object. */
export interface HostProbe {
  provides(capability: Dependency): boolean;
}

const NAME = /^[A-Za-z0-9+._@-]+$/;

/** A base package's name, and what stands for it on another distribution. */
const BASE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  bash: ['/usr/bin/bash'],
  boulder: [],
  coreutils: ['/usr/bin/cp', '/usr/bin/install'],
  dash: ['/usr/bin/dash'],
  diffutils: ['/usr/bin/diff'],
  findutils: ['/usr/bin/find'],
  gawk: ['/usr/bin/awk'],
  glibc: ['/usr/bin/ldd'],
  'glibc-devel': ['/usr/include/stdio.h'],
  grep: ['/usr/bin/grep'],
  layout: [],
  libarchive: ['/usr/bin/tar'],
  'linux-headers': ['/usr/include/linux/version.h'],
  'os-info': [],
  pkgconf: ['/usr/bin/pkg-config'],
  sed: ['/usr/bin/sed'],
  'util-linux': ['/usr/bin/mount'],
  'gcc-devel': ['/usr/bin/gcc'],
  'libstdc++-devel': ['/usr/bin/g++'],
  libtool: ['/usr/bin/libtoolize'],
  'libtool-devel': ['/usr/bin/libtoolize'],
  gettext: ['/usr/bin/msgfmt'],
  'gettext-devel': ['/usr/bin/autopoint'],
  'gdbm-devel': ['/usr/include/gdbm.h'],
  'giflib-devel': ['/usr/include/gif_lib.h'],
  'gpm-devel': ['/usr/include/gpm.h'],
  'hicolor-icon-theme': ['/usr/share/icons/hicolor/index.theme'],
  'libaio-devel': ['/usr/include/libaio.h'],
  libgcc: ['/usr/bin/gcc'],
  'libtool-ltldl-devel': ['/usr/include/ltdl.h'],
  'lmdb-devel': ['/usr/include/lmdb.h'],
  'perl-module-build': ['/usr/share/perl5/Module/Build.pm'],
};

/** Tools that other distributions call differently. */
const BINARY_STANDS_IN: Readonly<Record<string, readonly string[]>> = {
  'bsdtar-static': ['bsdtar', 'tar'],
  pkgconf: ['pkg-config'],
  python: ['python3'],
  cc: ['gcc'],
};

/** Probes a `/usr` tree; `usr` is `/usr` except in tests. */
export function createHostProbe(options: {
  readonly usr: string;
  readonly multiarch?: string;
}): HostProbe {
  return new UsrProbe(options.usr, options.multiarch ?? multiarchOf(options.usr));
}

class UsrProbe implements HostProbe {
  readonly #usr: string;
  readonly #libDirs: readonly string[];
  readonly #answers = new Map<string, boolean>();
  #cmake: ReadonlySet<string> | undefined;
  #python: ReadonlySet<string> | undefined;

  constructor(usr: string, multiarch: string | undefined) {
    this.#usr = usr;
    const names = ['lib', 'lib64', ...(multiarch === undefined ? [] : [`lib/${multiarch}`])];
    this.#libDirs = names.map((name) => path.join(usr, name));
  }

  provides(capability: Dependency): boolean {
    const text = formatDependency(capability);
    const known = this.#answers.get(text);
    if (known !== undefined) return known;
    const answer = this.#probe(capability);
    this.#answers.set(text, answer);
    return answer;
  }

  #probe({ kind, name: target }: Dependency): boolean {
    switch (kind) {
      case 'binary':
        return this.#binary('bin', target);
      case 'sysbinary':
        return this.#binary('sbin', target);
      case 'pkgconfig':
        return (
          NAME.test(target) &&
          this.#pkgConfigDirs().some((dir) => existsSync(path.join(dir, `${target}.pc`)))
        );
      case 'cmake':
        return this.#cmakePackages().has(target.toLowerCase());
      case 'python':
        return this.#pythonPackages().has(normalisePython(target));
      case 'soname':
        return this.#soname(withoutIsa(target));
      case 'interpreter':
        return this.#file(withoutIsa(target));
      case 'name':
        return this.#name(target);
      case 'pkgconfig32':
        return false;
    }
  }

  #binary(dir: string, name: string): boolean {
    if (!NAME.test(name)) return false;
    const candidates = [name, ...(BINARY_STANDS_IN[name] ?? [])];
    return candidates.some((candidate) => isExecutable(path.join(this.#usr, dir, candidate)));
  }

  #name(name: string): boolean {
    if (!NAME.test(name)) return false;
    const files = BASE_PACKAGES[name];
    if (files !== undefined) return files.every((file) => this.#file(file));
    if (name.startsWith('python-'))
      return this.#pythonPackages().has(normalisePython(name.slice('python-'.length)));
    return isExecutable(path.join(this.#usr, 'bin', name));
  }

  #soname(name: string): boolean {
    return (
      /^[A-Za-z0-9+._@/-]+$/.test(name) &&
      !name.includes('..') &&
      this.#libDirs.some((dir) => existsSync(path.join(dir, name)))
    );
  }

  #file(file: string): boolean {
    if (file.includes('..')) return false;
    const below = file.replace(/^\/(?:usr\/)?/, '');
    return existsSync(path.join(this.#usr, below));
  }

  #pkgConfigDirs(): string[] {
    return [
      ...this.#libDirs.map((dir) => path.join(dir, 'pkgconfig')),
      path.join(this.#usr, 'share/pkgconfig'),
    ];
  }

  #cmakePackages(): ReadonlySet<string> {
    this.#cmake ??= new Set(
      [
        ...this.#libDirs.map((dir) => path.join(dir, 'cmake')),
        path.join(this.#usr, 'share/cmake'),
      ].flatMap((dir) =>
        namesIn(dir)
          .flatMap((name) => [name, ...namesIn(path.join(dir, name))])
          .map((name) => /^(.+?)(?:-config|Config)\.cmake$/.exec(name)?.[1]?.toLowerCase())
          .filter((name) => name !== undefined),
      ),
    );
    return this.#cmake;
  }

  #pythonPackages(): ReadonlySet<string> {
    const lib = path.join(this.#usr, 'lib');
    this.#python ??= new Set(
      namesIn(lib)
        .filter((name) => name.startsWith('python3'))
        .flatMap((name) =>
          ['dist-packages', 'site-packages'].map((leaf) => path.join(lib, name, leaf)),
        )
        .flatMap(namesIn)
        .map(
          (name) =>
            /^([A-Za-z0-9._-]+?)-[^-]+(?:-py[0-9.]+)?\.(?:dist-info|egg-info)$/.exec(name)?.[1],
        )
        .filter((name) => name !== undefined)
        .map(normalisePython),
    );
    return this.#python;
  }
}

/** `libz.so.1(x86_64)` → `libz.so.1` */
function withoutIsa(target: string): string {
  return target.replace(/\([a-z0-9_]+\)$/, '');
}

function normalisePython(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

function multiarchOf(usr: string): string | undefined {
  return namesIn(path.join(usr, 'lib')).find((name) =>
    /^[a-z0-9_]+-linux-gnu[a-z0-9]*$/.test(name),
  );
}

function isExecutable(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && (found.mode & 0o111) !== 0;
}

function namesIn(dir: string): string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}
