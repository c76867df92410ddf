import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../parse-recipe.js';
import { type Recipe } from '../recipe.js';
import { type BuildPlanRequest } from './build-plan.js';
import { planBuild } from './plan-build.js';

const HEAD = `name: demo
version: "1.2"
release: 3
homepage: https://example.org
license: MIT
`;

function recipeOf(text: string): Recipe {
  const result = parseRecipe(`${HEAD}${text}`, { fileName: 'stone.yaml' });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function planOf(text: string, request: Partial<BuildPlanRequest> = {}) {
  const plan = planBuild({
    recipe: recipeOf(text),
    architecture: 'x86_64',
    jobs: 4,
    sourceDateEpoch: 1_700_000_000,
    ...request,
  });
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  return plan.value;
}

function errorsOf(text: string, request: Partial<BuildPlanRequest> = {}) {
  const recipe = recipeOf(text);
  const plan = planBuild({
    recipe,
    architecture: 'x86_64',
    jobs: 4,
    sourceDateEpoch: 0,
    ...request,
  });
  if (plan.ok) throw new Error('accepted');
  return plan.error.map(({ code, line, column }) => `${line}:${column} ${code}`);
}

/** The part of a script that comes from the recipe. */
function ownText({ text, recipeLines }: { text: string; recipeLines: readonly unknown[] }) {
  return text
    .split('\n')
    .filter((_, index) => recipeLines[index] !== null)
    .join('\n');
}

describe('planBuild', () => {
  it('puts prefix, environment and phase in this order', () => {
    const plan = planOf('environment: |\n  export MINE=%(jobs)\nbuild: |\n  %make all\n');
    const [prepare, build] = plan.stages[0]?.phases ?? [];
    expect(prepare?.name).toBe('prepare');
    expect(prepare?.scripts[0]?.text).not.toContain('export MINE');
    const text = build?.scripts[0]?.text ?? '';
    expect(text).toContain('export SOURCE_DATE_EPOCH="1700000000"');
    expect(text).toContain('export CFLAGS="-O2 -Werror=odr');
    expect(text).toContain('export NINJA_STATUS="[%f/%t %es (%p)] "');
    expect(text.indexOf('cd "/mason/build/x86_64"')).toBeLessThan(text.indexOf('export MINE=4'));
    expect(text.endsWith('export MINE=4\n\nmake VERBOSE=1 -j "4" all\n')).toBe(true);
    expect(plan.actionDependencies).toEqual([{ kind: 'binary', name: 'make' }]);
  });

  it('follows each line of a script back to the recipe', () => {
    const plan = planOf('build: |\n  first\n  %configure \\\n      --x\n  fourth\n');
    const script = plan.stages[0]?.phases[1]?.scripts[0];
    const lines = script?.text.split('\n') ?? [];
    const recipeLine = (needle: string) =>
      script?.recipeLines[lines.findIndex((line) => line.includes(needle))];
    expect(recipeLine('set -o errexit')).toBe(null);
    expect(recipeLine('first')).toBe(7);
    expect(recipeLine('--prefix')).toBe(8);
    expect(recipeLine('--x')).toBe(9);
    expect(recipeLine('fourth')).toBe(10);
  });

  it('cuts a phase at its breakpoints', () => {
    const plan = planOf('build: |\n  one\n  %break_continue\n  two\n  %break_exit\n');
    const scripts = plan.stages[0]?.phases[1]?.scripts ?? [];
    expect(scripts.map(({ breakpoint }) => breakpoint)).toEqual(['continue', 'exit', null]);
    expect(scripts.map((script) => ownText(script).trim())).toEqual(['one', 'two', '']);
    expect(scripts[1]?.text).toContain('set -o errexit');
  });

  it('keeps percent signs that are no macros', () => {
    const plan = planOf('build: |\n  date +%%Y; echo 100% of %- %%(name)\n');
    const script = plan.stages[0]?.phases[1]?.scripts[0];
    expect(script?.text).toContain('date +%Y; echo 100% of %- %(name)');
  });

  it('reports every unknown macro with its place before anything is fetched', () => {
    const text = 'environment: |\n  %(nope)\nbuild: |\n  a %(_jobs)\n\n    %%ok %2F %constructor\n';
    expect(errorsOf(text)).toEqual([
      '7:3 recipe.unknown-definition',
      '9:5 recipe.builtin-not-allowed',
      '11:10 recipe.unknown-action',
      '11:14 recipe.unknown-action',
    ]);
  });

  it('tells a fault of the root once though it stands in two targets', () => {
    expect(errorsOf('emul32: true\nbuild: |\n  %nope\n')).toHaveLength(1);
  });

  it('names the tuning wish that cannot be met', () => {
    expect(errorsOf('tuning:\n  - lto: full\n  - icf: no\n')).toEqual([
      '8:5 recipe.unknown-tuning-option',
    ]);
  });

  it('builds the 32-bit pass first, with its own profile and compilers', () => {
    const plan = planOf(`emul32: true
build: |
  root
install: |
  root-install
profiles:
  - emul32:
      build: |
        profile
`);
    expect(plan.targets).toEqual(['emul32/x86_64', 'x86_64']);
    const builds = plan.stages.map(({ phases }) => phases.find(({ name }) => name === 'build'));
    expect(builds[0]?.scripts[0]?.text).toContain('export CC="clang -m32"');
    expect(builds.map((build) => build?.scripts[0] && ownText(build.scripts[0]).trim())).toEqual([
      'profile',
      'root',
    ]);
    expect(plan.stages[0]?.phases.map(({ name }) => name)).toEqual(['prepare', 'build', 'install']);
    expect(plan.dependencies.toolchain.map(({ name }) => name)).toContain('clang-32bit');
  });

  it('trains once with gnu, and twice with llvm when the recipe asks for it', () => {
    const text = 'cspgo: true\nbuild: |\n  b\nworkload: |\n  w\ncheck: |\n  c\n';
    const llvm = planOf(text);
    expect(llvm.stages.map(({ pgoStage }) => pgoStage)).toEqual(['one', 'two', 'use']);
    expect(llvm.stages.map(({ phases }) => phases.map(({ name }) => name).join(' '))).toEqual([
      'prepare build workload',
      'prepare build workload',
      'prepare build check',
    ]);
    expect(llvm.stages[0]?.phases[2]?.scripts[0]?.text).toContain('llvm-profdata merge');
    expect(llvm.stages[1]?.phases[1]?.scripts[0]?.text).toContain('-fcs-profile-generate=');
    const gnu = planOf(text, { toolchain: 'gnu' });
    expect(gnu.stages.map(({ pgoStage }) => pgoStage)).toEqual(['one', 'use']);
    expect(gnu.stages[0]?.phases[2]?.scripts[0]?.text).not.toContain('llvm-profdata');
  });

  it('lets a profile without a workload switch profiling off for its target', () => {
    const plan = planOf(
      'emul32: true\nbuild: b\nworkload: w\nprofiles:\n  - emul32: { setup: s }\n',
    );
    expect(plan.stages.map(({ target, pgoStage }) => `${target} ${pgoStage}`)).toEqual([
      'emul32/x86_64 none',
      'x86_64 one',
      'x86_64 use',
    ]);
  });

  it('places upstreams and starts in the first that is unpacked', () => {
    const plan = planOf(`upstreams:
  - https://example.org/data.bin: { hash: abcdef, unpack: false }
  - https://example.org/it's-1.tar.xz: { hash: abcdef, unpackdir: deep/, stripdirs: 0 }
  - git|https://example.org/c.git: 0123abc
`);
    expect(plan.stages[0]?.workDirectory).toBe('/mason/build/x86_64/deep');
    const prepare = plan.stages[0]?.phases[0]?.scripts[0]?.text ?? '';
    expect(prepare).not.toContain('data.bin');
    expect(prepare).toContain(
      `bsdtar-static -x -f '/mason/sourcedir/it'\\''s-1.tar.xz' -C deep/ --strip-components=0`,
    );
    expect(prepare).toContain('cp -a --no-preserve=ownership -- /mason/sourcedir/c.git/. c.git/');
    expect(prepare).toContain('cd "/mason/build/x86_64"\n');
    expect(plan.dependencies.upstreams).toEqual([{ kind: 'binary', name: 'bsdtar-static' }]);
  });

  it('refuses an architecture the recipe does not list or nobody knows', () => {
    expect(errorsOf('architectures: [ aarch64 ]\n')).toEqual(['6:16 recipe.no-targets']);
    expect(errorsOf('', { architecture: 'pdp11' })).toEqual(['1:7 recipe.unknown-architecture']);
  });

  it.each(['x86_64', 'x86_64-v3x', 'x86_64-stage1', 'aarch64', 'riscv64', 'x86'])(
    'has every definition the prefix needs on %s',
    (architecture) => {
      expect(planOf('build: |\n  true\n', { architecture }).targets).toEqual([architecture]);
    },
  );

  it('uses the directories, tools and caches it is told to', () => {
    const plan = planOf('mold: true\nbuild: |\n  %(pkgdir)\n', {
      directories: { recipePkg: '/elsewhere/pkg' },
      compilerCache: true,
    });
    const text = plan.stages[0]?.phases[1]?.scripts[0]?.text ?? '';
    expect(text.endsWith('/elsewhere/pkg\n')).toBe(true);
    expect(text).toContain('export PATH="/usr/lib/ccache/bin:/usr/bin:/bin"');
    expect(text).toContain('export LD="ld.mold"');
    expect(text).toMatch(/export CFLAGS=".* -fuse-ld=mold"/);
  });
});
