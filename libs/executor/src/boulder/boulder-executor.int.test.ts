import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type StonePackage } from '@cairn/stone';
import { createStone } from '@cairn/stone-files';
import { beforeAll, describe, expect, it } from 'vitest';
import { BuildBench } from '../build-bench.conformance.js';
import { describeExecutor } from '../executor.conformance.js';
import { boulderExecutor } from './boulder-executor.js';
import { phaseOfBoulderLine, readComplaint } from './boulder-output.js';

const bench = new BuildBench();
const tools = path.join(bench.root, 'tools');
const boulderPath = path.join(tools, 'boulder');
const RECIPE = 'name: nano\nversion: "1"\nrelease: 2\nhomepage: h\nlicense: MIT\ninstall: "true"\n';

/** Refuses what the real one refuses: unknown options, missing folders, a profile it does not find, a foreign manifest. */
const FAKE = `#!/usr/bin/env python3
import json, os, shutil, sys, time
HERE = os.path.dirname(os.path.realpath(__file__))
def die(code, text):
    print('Error: ' + text, file=sys.stderr); sys.exit(code)
args = sys.argv[1:]
if args == ['version']: print('boulder 0.26.6'); sys.exit(0)
if not args or args.pop(0) != 'build': die(2, 'unknown command')
values, flags, rest = {}, set(), []
while args:
    arg = args.pop(0)
    if arg == '--': rest = args; break
    if arg in ('--update', '--cleanup'): flags.add(arg)
    elif arg in ('-p', '-o', '-b', '--config-dir', '--verify'):
        if arg in values or not args: die(2, 'bad use of ' + arg)
        values[arg] = args.pop(0)
    else: die(2, 'unknown option ' + arg)
if flags != {'--update', '--cleanup'} or len(rest) != 1: die(2, 'bad usage')
if not os.path.isfile(rest[0]): die(1, 'missing recipe: ' + rest[0])
if not os.path.isdir(values['-o']): die(1, 'output directory does not exist')
if int(values['-b']) < 1: die(2, 'build release is zero')
profiles = json.load(open(os.path.join(values['--config-dir'], 'profile.d', 'avalanche.yaml')))
profile = profiles.get(values['-p']) or die(1, 'profile not found: ' + values['-p'])
for name, repo in profile['repositories'].items():
    if not all(c.isalnum() or c in '-_' for c in name): die(1, 'bad id')
    if type(repo['priority']) is not int or type(repo['description']) is not str: die(1, 'bad repository')
if '--verify' in values and not values['--verify'].endswith('.bin'): die(2, 'not a binary manifest')
text = open(rest[0]).read()
json.dump({'values': values, 'recipe': rest[0], 'profile': profile, 'env': dict(os.environ), 'cwd': os.getcwd(), 'nice': os.nice(0)}, open(os.path.join(HERE, 'seen.json'), 'w'))
print('building nano', flush=True)
for letter, words in (('P', 'unpack'), ('S', './configure'), ('B', 'cc x.c')):
    print('\\x1b[34m│\\x1b[0m\\x1b[1m' + letter + '\\x1b[0m│ ' + words, flush=True)
if 'summary: fail' in text:
    print('│B│ x.c:1: error: no stone'); die(1, 'build: script failed with status code 7')
if 'summary: hash' in text: die(1, 'upstream nano.tar.xz: hash mismatch, expected a, got b')
if 'summary: hang' in text:
    print('│B│ hanging-now', flush=True)
    open(os.path.join(HERE, 'pid'), 'w').write(str(os.getpid()))
    time.sleep(60)
shutil.copy(os.path.join(HERE, 'nano.stone'), os.path.join(values['-o'], 'nano-1-2-%s-x86_64.stone' % values['-b']))
if '--verify' not in values:
    for end in ('bin', 'jsonc'): open(os.path.join(values['-o'], 'manifest.x86_64.' + end), 'w').write('new ' + end)
print('Build finished successfully at now')
`;

interface Seen {
  readonly values: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly profile: unknown;
  readonly nice: number;
  readonly cwd: string;
}

const seen = (): Seen => JSON.parse(readFileSync(path.join(tools, 'seen.json'), 'utf8')) as Seen;
const executor = boulderExecutor({ boulderPath, homeDir: bench.root, verifyCommitted: true });

beforeAll(async () => {
  mkdirSync(path.join(tools, 'root/usr/bin'), { recursive: true });
  writeFileSync(path.join(tools, 'root/usr/bin/nano'), 'x');
  writeFileSync(boulderPath, FAKE, { mode: 0o755 });
  const stonePackage: StonePackage = {
    name: 'nano',
    version: '1',
    sourceRelease: 2,
    buildRelease: 1,
    architecture: 'x86_64',
    summary: 's',
    description: 'd',
    sourceId: 'nano',
    homepage: 'h',
    licenses: ['MIT'],
    depends: [],
    provides: [{ kind: 'binary', name: 'nano' }],
    conflicts: [],
    buildDepends: [],
  };
  const made = await createStone({
    package: stonePackage,
    root: path.join(tools, 'root'),
    out: path.join(tools, 'nano.stone'),
  });
  if (!made.ok) throw new Error(made.error.code);
});

describeExecutor({
  executor,
  bench,
  recipes: {
    good: { source: 'nano', text: RECIPE },
    failing: `${RECIPE}summary: fail\n`,
    hanging: `${RECIPE}summary: hang\n`,
  },
});

describe('boulder executor', () => {
  it('answers the preflight by what boulder says', async () => {
    expect(await executor.preflight()).toMatchObject({ ready: true });
    const absent = await boulderExecutor({
      boulderPath: '/nowhere/boulder',
      homeDir: '/',
      verifyCommitted: false,
    }).preflight();
    expect(absent).toMatchObject({ ready: false, problems: [{ code: 'boulder.unavailable' }] });
  });

  it('calls boulder as the infrastructure does and collects what it wrote', async () => {
    process.env['CAIRN_TEST_SECRET'] = 'hush-hush';
    const repositories = [
      { name: 'main: "x"\n- evil', priority: 7, indexUrl: 'https://example.org/"/stone.index' },
      { name: 'main: "x"\n- e/il', priority: 8, indexUrl: 'https://example.org/b/stone.index' },
      { name: 'main: "x"\n- e+il', priority: 9, indexUrl: 'https://example.org/c/stone.index' },
    ];
    const order = bench.order({
      ...bench.recipe(RECIPE),
      buildRelease: 3,
      dependencies: { repositories },
    });
    const { outcome, phases, log } = await bench.build(executor, order);
    expect(outcome, log).toMatchObject({
      outcome: 'success',
      packages: [{ name: 'nano', version: '1' }],
    });
    expect(
      outcome.outcome === 'success' && outcome.collectables.map(({ kind, name }) => [kind, name]),
    ).toEqual([
      ['manifest-bin', 'manifest.x86_64.bin'],
      ['manifest-jsonc', 'manifest.x86_64.jsonc'],
      ['package', 'nano-1-2-3-x86_64.stone'],
    ]);
    expect(phases).toEqual(['read', 'prepare', 'setup', 'build', 'collect']);
    expect(seen()).toMatchObject({
      values: {
        '-p': 'avalanche',
        '-b': '3',
        '-o': order.outDir,
        '--config-dir': path.join(order.workDir, 'etc/boulder'),
      },
      profile: {
        repositories: {
          'main___x__-_evil': { priority: 7, uri: 'https://example.org/"/stone.index' },
          'main___x__-_e_il': { priority: 8, uri: 'https://example.org/b/stone.index' },
          'main___x__-_e_il_2': { priority: 9, uri: 'https://example.org/c/stone.index' },
        },
      },
      cwd: order.recipeDir,
      nice: 19,
    });
    expect(seen().values['--verify']).toBeUndefined();
    expect(Object.keys(seen().env).sort()).toEqual([
      'HOME',
      'LANG',
      'LC_ALL',
      'PATH',
      'SOURCE_DATE_EPOCH',
    ]);
  });

  it('verifies only against a committed manifest, which then is the manifest of the build', async () => {
    const recipe = bench.recipe(RECIPE);
    const manifest = path.join(recipe.recipeDir, 'manifest.x86_64.bin');
    writeFileSync(manifest, 'committed');
    const { outcome, outDir } = await bench.build(executor, bench.order(recipe));
    expect(outcome.outcome).toBe('success');
    expect(seen().values['--verify']).toBe(manifest);
    expect(readFileSync(path.join(outDir, 'manifest.x86_64.bin'), 'utf8')).toBe('committed');
  });

  it('tells failures apart by boulder’s last words', async () => {
    const failed = await bench.build(
      executor,
      bench.order(bench.recipe(`${RECIPE}summary: fail\n`)),
    );
    expect(failed.outcome).toMatchObject({
      class: 'recipe',
      code: 'build.phase-failed',
      phase: 'build',
      exitCode: 7,
      message: 'build: script failed with status code 7',
    });
    expect(failed.outcome).toHaveProperty('excerpt', expect.stringContaining('error: no stone'));
    const mismatch = await bench.build(
      executor,
      bench.order(bench.recipe(`${RECIPE}summary: hash\n`)),
    );
    expect(mismatch.outcome).toMatchObject({ class: 'upstream', code: 'upstream.hash-mismatch' });
    const gone = await bench.build(
      executor,
      bench.order({ ...bench.recipe(RECIPE), recipeFile: 'absent.yaml' }),
    );
    expect(gone.outcome).toMatchObject({
      code: 'boulder.failed',
      message: expect.stringContaining('missing recipe') as string,
    });
  });

  it('stops boulder on cancel', async () => {
    const cancel = new AbortController();
    const order = bench.order(bench.recipe(`${RECIPE}summary: hang\n`));
    const { outcome } = await bench.build(executor, order, {
      signal: cancel.signal,
      onLog: (text) => {
        if (text.includes('cc x.c')) setTimeout(() => cancel.abort(), 100);
      },
    });
    expect(outcome).toMatchObject({ class: 'cancelled', code: 'build.cancelled', phase: 'build' });
    await sleep(50);
    expect(existsSync(`/proc/${readFileSync(path.join(tools, 'pid'), 'utf8')}`)).toBe(false);
  });
});

it('reads phases and complaints from coloured output', () => {
  expect(phaseOfBoulderLine('\u001b[31m│\u001b[0mW│ text')).toBe('workload');
  expect(phaseOfBoulderLine('Building nano')).toBeUndefined();
  expect(
    readComplaint('x\n\u001b[31mError: root: no package found: pkgconfig(x)\u001b[0m\n'),
  ).toEqual({
    code: 'build.missing-build-dependency',
    message: 'root: no package found: pkgconfig(x)',
    missingDependencies: ['pkgconfig(x)'],
  });
  expect(readComplaint('')).toEqual({ code: 'boulder.failed', message: 'boulder said nothing.' });
});
