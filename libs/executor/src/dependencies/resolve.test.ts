import { parseDependency, type Dependency, type StonePackage } from '@cairn/stone';
import { expect, it } from 'vitest';
import { resolveDependencies } from './resolve.js';

function dependency(text: string): Dependency {
  const parsed = parseDependency(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.value;
}

function stone(
  name: string,
  more: { provides?: readonly string[]; depends?: readonly string[]; release?: number } = {},
): StonePackage {
  return {
    name,
    version: '1',
    sourceRelease: more.release ?? 1,
    buildRelease: 1,
    architecture: 'x86_64',
    summary: '',
    description: '',
    sourceId: name,
    homepage: '',
    licenses: [],
    depends: (more.depends ?? []).map(dependency),
    provides: (more.provides ?? []).map(dependency),
    conflicts: [],
    buildDepends: [],
  };
}

function resolve(
  wanted: readonly string[],
  sources: Readonly<Record<string, { priority: number; packages: readonly StonePackage[] }>>,
  host: readonly string[] = [],
) {
  const result = resolveDependencies({
    wanted: wanted.map(dependency),
    sources: Object.entries(sources).map(([name, source]) => ({ name, ...source })),
    hostProvides: ({ kind, name }) => host.includes(`${kind}(${name})`),
  });
  return result.ok
    ? {
        packages: result.value.packages.map(
          ({ stonePackage, source }) =>
            `${source}/${stonePackage.name}-${stonePackage.sourceRelease}`,
        ),
        fromHost: result.value.fromHost,
      }
    : { missing: result.error };
}

it('follows run dependencies and falls back to the host', () => {
  const packages = [
    stone('zlib', {
      provides: ['soname(libz.so.1(x86_64))'],
      depends: ['soname(libc.so.6(x86_64))'],
    }),
    stone('zlib-devel', { provides: ['pkgconfig(zlib)'], depends: ['zlib'] }),
    stone('unrelated'),
  ];
  expect(
    resolve(['pkgconfig(zlib)', 'binary(make)'], { repo: { priority: 0, packages } }, [
      'soname(libc.so.6(x86_64))',
      'binary(make)',
    ]),
  ).toEqual({
    packages: ['repo/zlib-1', 'repo/zlib-devel-1'],
    fromHost: ['binary(make)', 'soname(libc.so.6(x86_64))'],
  });
});

it('lets priority beat release, and release decide inside one source', () => {
  const low = [stone('a', { release: 9 })];
  const high = [stone('a', { release: 2 }), stone('a', { release: 3 })];
  expect(
    resolve(['a'], { low: { priority: 1, packages: low }, high: { priority: 5, packages: high } }),
  ).toMatchObject({ packages: ['high/a-3'] });
});

it('prefers a package already chosen, and the package of the wanted name', () => {
  const packages = [
    stone('x', { provides: ['binary(tool)'], release: 5 }),
    stone('tool', { provides: ['binary(tool)'], release: 1 }),
    stone('imposter', { provides: ['name(tool)'], release: 9 }),
  ];
  expect(resolve(['tool', 'binary(tool)'], { repo: { priority: 0, packages } })).toMatchObject({
    packages: ['repo/tool-1'],
  });
});

it('never lays a second C library over the host', () => {
  const packages = [
    stone('glibc', {
      provides: ['soname(libc.so.6(x86_64))', 'interpreter(/lib64/ld-linux-x86-64.so.2(x86_64))'],
    }),
  ];
  expect(
    resolve(['soname(libc.so.6(x86_64))'], { repo: { priority: 0, packages } }, [
      'soname(libc.so.6(x86_64))',
    ]),
  ).toMatchObject({ packages: [] });
});

it('reports everything that is missing, and who needs it; cycles end', () => {
  const packages = [stone('a', { depends: ['b', 'binary(gone)'] }), stone('b', { depends: ['a'] })];
  expect(resolve(['a', 'pkgconfig(x)', 'c'], { repo: { priority: 0, packages } })).toEqual({
    missing: [
      { dependency: dependency('pkgconfig(x)'), capability: 'pkgconfig(x)', neededBy: undefined },
      { dependency: dependency('c'), capability: 'c', neededBy: undefined },
      { dependency: dependency('binary(gone)'), capability: 'binary(gone)', neededBy: 'a' },
    ],
  });
});
