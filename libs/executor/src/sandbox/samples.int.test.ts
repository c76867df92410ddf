import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatDependency } from '@cairn/stone';
import { expect, it } from 'vitest';
import { type BuildSuccess } from '../build-outcome.js';
import {
  BuildBench,
  REPOSITORY_ROOT,
  stonesIn,
  type FinishedBuild,
} from '../build-bench.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

const bench = new BuildBench();
const executor = sandboxExecutor();
const recipeDir = path.join(REPOSITORY_ROOT, 'samples/recipes');

function success({ outcome, log }: FinishedBuild): BuildSuccess {
  if (outcome.outcome === 'failure') throw new Error(`${outcome.code}: ${outcome.message}\n${log}`);
  return outcome;
}

function packageOf(build: FinishedBuild, name: string) {
  const found = success(build).packages.find((one) => one.name === name);
  return {
    depends: (found?.depends ?? []).map(formatDependency),
    provides: (found?.provides ?? []).map(formatDependency),
  };
}

it('can run builds here', async () => {
  expect(await executor.preflight()).toMatchObject({ ready: true, problems: [] });
});

it('builds the samples on each other, and the same bytes twice', async () => {
  const libgreet = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'l/libgreet/stone.yaml' }),
  );
  expect(libgreet.phases).toEqual([
    'read',
    'dependencies',
    'fetch',
    'prepare',
    'setup',
    'build',
    'install',
    'check',
    'collect',
    'package',
  ]);
  expect(success(libgreet).collectables.map(({ name }) => name)).toEqual([
    'libgreet-1.2.0-1-1-x86_64.stone',
    'libgreet-dbginfo-1.2.0-1-1-x86_64.stone',
    'libgreet-devel-1.2.0-1-1-x86_64.stone',
    'manifest.x86_64.bin',
    'manifest.x86_64.jsonc',
  ]);
  expect(packageOf(libgreet, 'libgreet').provides).toContain('soname(libgreet.so.1(x86_64))');
  expect(packageOf(libgreet, 'libgreet-devel')).toEqual({
    provides: ['pkgconfig(greet)'],
    depends: ['name(libgreet)'],
  });

  const stones = stonesIn(libgreet.outDir);
  const greeter = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'g/greeter/stone.yaml', dependencies: { stones } }),
  );
  expect(packageOf(greeter, 'greeter').provides).toEqual(['binary(greeter)']);
  expect(packageOf(greeter, 'greeter').depends).toContain('soname(libgreet.so.1(x86_64))');
  const again = await bench.build(
    executor,
    bench.order({
      recipeDir,
      recipeFile: 'g/greeter/stone.yaml',
      dependencies: { stones },
      slot: 3,
    }),
  );
  expect(success(again).collectables.map(({ sha256 }) => sha256)).toEqual(
    success(greeter).collectables.map(({ sha256 }) => sha256),
  );

  const party = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'g/greet-party/stone.yaml' }),
  );
  expect(packageOf(party, 'greet-party').depends).toEqual(['binary(greeter)', 'name(greet-data)']);
  const data = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'g/greet-data/stone.yaml' }),
  );
  expect(readFileSync(path.join(data.outDir, 'manifest.x86_64.jsonc'), 'utf8')).toContain(
    '"/usr/share/greet/guests"',
  );
});

it('names what is missing before any phase', async () => {
  const build = await bench.build(
    executor,
    bench.order({ recipeDir, recipeFile: 'g/greeter/stone.yaml' }),
  );
  expect(build.outcome).toMatchObject({
    outcome: 'failure',
    class: 'recipe',
    code: 'build.missing-build-dependency',
    phase: 'dependencies',
    missingDependencies: ['pkgconfig(greet)'],
  });
  expect(build.outcome).toHaveProperty('message', expect.stringContaining('pkgconfig(greet)'));
  expect(build.phases).not.toContain('prepare');
});

it('applies the control file beside a recipe, and compresses manual pages where asked to', async () => {
  const head =
    'name: man\nversion: "1"\nrelease: 1\nhomepage: https://example.org\nlicense: MIT\nsummary: s\ncompressman: true\n';
  const order = bench.order(
    bench.recipe(
      `${head}install: |\n    mkdir -p %(installroot)/usr/share/man/man1\n    echo page > %(installroot)/usr/share/man/man1/x.1\ncheck: |\n    exit 1\n`,
    ),
  );
  writeFileSync(path.join(order.recipeDir, 'control.kdl'), 'override {\n  check ""\n}\n');
  const build = await bench.build(executor, order);
  success(build);
  const manifest = readFileSync(path.join(build.outDir, 'manifest.x86_64.jsonc'), 'utf8');
  expect(manifest).toContain('"/usr/share/man/man1/x.1.zst"');
  writeFileSync(path.join(order.recipeDir, 'control.kdl'), 'override {\n  chek ""\n}\n');
  expect((await bench.build(executor, order)).outcome).toMatchObject({
    code: 'recipe.invalid',
    message: expect.stringContaining('control.kdl:2:') as string,
  });
});

const BUILD_SYSTEMS = {
  meson: {
    files: {
      'meson.build':
        "project('demo', 'c')\nexecutable('demo', 'demo.c', install: true)\ntest('demo', find_program('true'))\n",
    },
    phases: ['%meson', '%meson_build', '%meson_install', '%meson_test'],
  },
  cmake: {
    files: {
      'CMakeLists.txt':
        'cmake_minimum_required(VERSION 3.10)\nproject(demo C)\nadd_executable(demo demo.c)\ninstall(TARGETS demo)\nenable_testing()\nadd_test(NAME demo COMMAND demo)\n',
    },
    phases: ['%cmake', '%cmake_build', '%cmake_install', '%cmake_test'],
  },
};

it.each(['meson', 'cmake'] as const)('compiles, installs and tests with %s', async (name) => {
  if (!existsSync(`/usr/bin/${name}`) || !existsSync('/usr/bin/ninja')) {
    console.log(`skipped: ${name} and ninja are not installed here`);
    return;
  }
  const { files, phases } = BUILD_SYSTEMS[name];
  const [setup, build, install, check] = phases;
  const text = `name: demo
version: "1"
release: 1
homepage: https://example.org
license: MIT
summary: s
setup: |
    cp %(pkgdir)/* .
    ${setup}
build: |
    ${build}
install: |
    ${install}
check: |
    ${check}
`;
  const order = bench.order(
    bench.recipe(text, { ...files, 'demo.c': 'int main(void) { return 0; }\n' }),
  );
  const { depends, provides } = packageOf(await bench.build(executor, order), 'demo');
  expect(provides).toEqual(['binary(demo)']);
  expect(depends).toContain('soname(libc.so.6(x86_64))');
});
