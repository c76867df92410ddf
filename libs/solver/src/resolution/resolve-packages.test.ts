import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasRealData, realSources } from '../graph/real-graph.conformance.js';
import { PackageLayers, type IndexedPackage, type RepositoryLayer } from './package-layers.js';
import { resolvePackages } from './resolve-packages.js';

function stone(name: string, more: Partial<IndexedPackage> = {}): IndexedPackage {
  return { name, sourceRelease: 1, buildRelease: 1, provides: [], depends: [], ...more };
}

function layer(name: string, priority: number, ...packages: IndexedPackage[]): RepositoryLayer {
  return { name, priority, packages };
}

function resolved(layers: RepositoryLayer[], ...wanted: string[]) {
  const found = resolvePackages(new PackageLayers(layers), wanted);
  if (!found.ok) throw new Error(found.error.message);
  return found.value.map(
    ({ repository, stonePackage }) =>
      `${repository}:${stonePackage.name}-${stonePackage.sourceRelease}-${stonePackage.buildRelease}`,
  );
}

describe('which package is chosen', () => {
  it('is that of the layer with the greatest priority, even with a lower release', () => {
    const layers = [
      layer('base', 0, stone('a', { sourceRelease: 9 })),
      layer('own', 10, stone('a')),
    ];
    expect(resolved(layers, 'a')).toEqual(['own:a-1-1']);
  });

  it('then of the greatest source release, then build release', () => {
    const one = layer(
      'r',
      0,
      stone('a', { sourceRelease: 2 }),
      stone('a', { buildRelease: 7 }),
      stone('a', { sourceRelease: 2, buildRelease: 3 }),
    );
    expect(resolved([one], 'name(a)')).toEqual(['r:a-2-3']);
  });

  it('is one that is chosen already when that serves', () => {
    const layers = [
      layer(
        'r',
        0,
        stone('app', { depends: ['tool', 'binary(x)'] }),
        stone('tool', { provides: ['binary(x)'] }),
        stone('x', { provides: ['binary(x)'] }),
      ),
    ];
    expect(resolved(layers, 'tool', 'app')).toEqual(['r:app-1-1', 'r:tool-1-1']);
  });

  it('follows runtime dependencies through cycles', () => {
    const layers = [layer('r', 0, stone('a', { depends: ['b'] }), stone('b', { depends: ['a'] }))];
    expect(resolved(layers, 'a')).toEqual(['r:a-1-1', 'r:b-1-1']);
  });
});

describe('when there is no closure', () => {
  it('shows who asked and what was nearest', () => {
    const layers = [
      layer(
        'r',
        0,
        stone('gtk', { depends: ['pkgconfig(cairoo)'] }),
        stone('app', { depends: ['gtk'] }),
        stone('cairo', { provides: ['pkgconfig(cairo)'] }),
      ),
    ];
    const found = resolvePackages(new PackageLayers(layers), ['app']);
    expect(found).toMatchObject({
      ok: false,
      error: {
        code: 'resolution.nothing-provides',
        capability: 'pkgconfig(cairoo)',
        nearest: ['pkgconfig(cairo)', 'name(cairo)'],
        message:
          'Nothing provides pkgconfig(cairoo), needed by gtk, needed by app, wanted as name(app). Nearest: pkgconfig(cairo), name(cairo).',
      },
    });
  });

  it('shows both sides of a conflict', () => {
    const layers = [layer('r', 0, stone('new', { conflicts: ['old'] }), stone('old'))];
    const found = resolvePackages(new PackageLayers(layers), ['new', 'old']);
    expect(found).toMatchObject({
      ok: false,
      error: {
        code: 'resolution.conflict',
        capability: 'name(old)',
        forbidding: { stonePackage: { name: 'new' } },
      },
    });
  });

  it('tries another provider before it gives up on a conflict', () => {
    const layers = [
      layer(
        'r',
        0,
        stone('app', { depends: ['binary(cc)'] }),
        stone('cc', { provides: ['binary(cc)'], conflicts: ['base'] }),
        stone('other-cc', { provides: ['binary(cc)'] }),
        stone('base'),
      ),
    ];
    expect(resolved(layers, 'base', 'app')).toEqual(['r:app-1-1', 'r:base-1-1', 'r:other-cc-1-1']);
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const arbitraryLayers = fc.array(
  fc.record({
    name: fc.constantFrom('one', 'two', 'three'),
    priority: fc.nat(2),
    packages: fc.array(
      fc.record({
        name,
        sourceRelease: fc.nat(3),
        buildRelease: fc.nat(2),
        provides: fc.array(
          name.map((each) => `binary(${each})`),
          { maxLength: 2 },
        ),
        depends: fc.array(
          fc.oneof(
            name,
            name.map((each) => `binary(${each})`),
          ),
          { maxLength: 3 },
        ),
        conflicts: fc.array(name, { maxLength: 1 }),
      }),
      { maxLength: 6 },
    ),
  }),
  { maxLength: 3 },
);

it('a closure is closed, free of conflicts and holds a name once; else there is an explanation', () => {
  fc.assert(
    fc.property(
      arbitraryLayers,
      fc.array(name, { minLength: 1, maxLength: 3 }),
      (layers, wanted) => {
        const found = resolvePackages(new PackageLayers(layers), wanted);
        if (!found.ok) {
          expect(found.error.message).toMatch(/\.$/);
          return;
        }
        const packages = found.value.map((each) => each.stonePackage);
        const provided = new Set(
          packages.flatMap((each) => [`name(${each.name})`, ...each.provides]),
        );
        expect(new Set(packages.map((each) => each.name)).size).toBe(packages.length);
        for (const each of packages) {
          for (const depend of each.depends)
            expect(provided).toContain(depend.includes('(') ? depend : `name(${depend})`);
          for (const conflict of each.conflicts ?? []) {
            expect(packages.some((other) => other !== each && other.name === conflict)).toBe(false);
          }
        }
      },
    ),
  );
});

it.skipIf(!hasRealData())('resolves the fixed build root of the real packages to 126', () => {
  const packages = realSources().flatMap((source) =>
    source.packages.map((each) => stone(each.name, each)),
  );
  const root = [
    'bash',
    'boulder',
    'coreutils',
    'dash',
    'diffutils',
    'findutils',
    'gawk',
    'glibc-devel',
    'grep',
    'layout',
  ];
  const more = ['libarchive', 'linux-headers', 'os-info', 'pkgconf', 'sed', 'util-linux', 'clang'];
  const tools = ['git', 'hx', 'less', 'nano', 'ps', 'rg', 'vim'].map((tool) => `binary(${tool})`);
  const found = resolvePackages(new PackageLayers([layer('main', 0, ...packages)]), [
    ...root,
    ...more,
    ...tools,
  ]);
  expect(found.ok && found.value.length).toBe(126);
});
