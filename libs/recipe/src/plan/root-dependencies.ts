import { compareText, formatDependency, parseDependency, type Dependency } from '@cairn/stone';

import { lastUrlSegment } from '../recipe-names.js';
import { recipeBuildDeps } from '../recipe-outputs.js';
import { type Recipe, type Toolchain } from '../recipe.js';
import { type RootDependencies, type UpstreamPlacement } from './build-plan.js';
import { isEmul32 } from './build-targets.js';

const BASE = [
  ...['bash', 'boulder', 'coreutils', 'dash', 'diffutils', 'findutils', 'gawk', 'glibc-devel'],
  ...['grep', 'layout', 'libarchive', 'linux-headers', 'os-info', 'pkgconf', 'sed', 'util-linux'],
  ...['git', 'hx', 'less', 'nano', 'ps', 'rg', 'vim'].map((tool) => `binary(${tool})`),
];

const TOOLCHAIN_DEPENDENCIES: Readonly<Record<Toolchain, readonly string[]>> = {
  llvm: ['clang'],
  gnu: ['binary(ld.bfd)', 'binary(gcc)', 'binary(g++)'],
};

const EMUL32_DEPENDENCIES: Readonly<Record<Toolchain, readonly string[]>> = {
  llvm: ['glibc-32bit-devel', 'clang-32bit'],
  gnu: ['glibc-32bit-devel', 'gcc-32bit', 'libstdc++-32bit-devel'],
};

const ARCHIVE_ENDINGS = ['xz', 'zst', 'bz2', 'gz', 'lz', 'tgz', '7z', 'zip'];

/** What the build root must hold, by the reason for it. Each list is sorted and free of repetitions. */
export function rootDependencies(build: {
  readonly recipe: Recipe;
  readonly toolchain: Toolchain;
  readonly targets: readonly string[];
  readonly upstreams: readonly UpstreamPlacement[];
  readonly actionNeeds: Iterable<string>;
  readonly compilerCache: boolean;
}): RootDependencies {
  const { recipe, toolchain, targets, upstreams } = build;
  return {
    base: dependencies(BASE),
    toolchain: dependencies([
      ...TOOLCHAIN_DEPENDENCIES[toolchain],
      ...(targets.some(isEmul32) ? EMUL32_DEPENDENCIES[toolchain] : []),
      ...(recipe.mold ? ['binary(mold)'] : []),
      ...(build.compilerCache ? ['binary(ccache)', 'binary(sccache)'] : []),
    ]),
    recipe: sorted(recipeBuildDeps(recipe)),
    actions: dependencies(build.actionNeeds),
    upstreams: dependencies(upstreams.flatMap(unpackNeeds)),
  };
}

function dependencies(texts: Iterable<string>): Dependency[] {
  return sorted(
    [...texts].flatMap((text) => {
      const parsed = parseDependency(text);
      return parsed.ok ? [parsed.value] : [];
    }),
  );
}

/** Judged by the URL's ending and by the name the file gets. */
function unpackNeeds({ kind, url, sourceName }: UpstreamPlacement): string[] {
  if (kind === 'git') return [];
  return [lastUrlSegment(url), sourceName].flatMap((name) => {
    const ending = name.slice(name.lastIndexOf('.') + 1);
    if (ARCHIVE_ENDINGS.includes(ending)) return ['binary(bsdtar-static)'];
    if (ending === 'rpm') return ['binary(rpm2cpio)', 'cpio'];
    return ending === 'deb' ? ['binary(ar)'] : [];
  });
}

function sorted(dependencies: readonly Dependency[]): Dependency[] {
  const byText = new Map(dependencies.map((one) => [formatDependency(one), one]));
  return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, one]) => one);
}
