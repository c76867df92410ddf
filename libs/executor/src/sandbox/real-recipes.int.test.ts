import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  BuildBench,
  SHARED_DATA,
  stonesIn,
  type FinishedBuild,
} from '../build-bench.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

// These show the way in seconds; all thirteen, twice, take minutes on a small machine.
const QUICK = ['l/libdaemon', 'l/libutempter', 'b/brightnessctl', 'p/python-ply'];
const ALL = [
  ...[...QUICK, 'd/dosfstools', 'f/flex', 'f/font-hack', 'l/lzo', 'p/perl-class-inspector'],
  ...['p/perl-file-sharedir-install', 'p/poppler-data', 's/speexdsp', 's/speex'],
];
const isFull = process.env['CAIRN_FULL'] === '1';
const isRoot = process.getuid?.() === 0;
// Another user has one id only and cannot give a file to the group utmp.
const RECIPES = (isFull ? ALL : QUICK).filter((name) => isRoot || name !== 'l/libutempter');
const recipeDir = path.join(SHARED_DATA, 'buildable');
const fetchTool = path.join(SHARED_DATA, '../tools/fetch-upstreams');
const hasRecipes = existsSync(recipeDir) && existsSync(fetchTool);
if (!hasRecipes)
  console.log('skipped: the recipes of the distribution are not beside this checkout');

interface Manifest {
  readonly packages: Readonly<Record<string, { readonly files?: readonly string[] }>>;
}

function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8').replace(/^\/\*\*.*\n/, '')) as Manifest;
}

/** A folder with the upstream files, kept between runs. */
function lookaside(): string {
  const dir = path.join(tmpdir(), 'cairn-test-lookaside');
  mkdirSync(dir, { recursive: true });
  if (readdirSync(dir).length < RECIPES.length)
    execFileSync(fetchTool, [dir, ...RECIPES], { stdio: 'pipe' });
  return dir;
}

/** A path of a package built on Debian as the distribution has it; docs/operating/host-built-packages.md explains each. */
function asInDistribution(file: string): string {
  return file
    .replace(/^\/usr\/share\/perl5\//, '/usr/share/perl5/vendor_perl/')
    .replace(/\.3pm$/, '.3')
    .replace(/^\/usr\/lib\/python3\/dist-packages\//, '/usr/lib/python3.14/site-packages/')
    .replace(/\.cpython-3\d+\.pyc$/, '.cpython-314.pyc')
    .replace(/(-[0-9.]+)\.egg-info\//, '$1-py3.14.egg-info/');
}

function isKnownAbsent(file: string): boolean {
  return file.endsWith('.egg-info/SOURCES.txt');
}

const bench = new BuildBench();
const built = new Map<string, FinishedBuild>();

async function build(recipe: string): Promise<FinishedBuild> {
  // The only one that is built on another.
  const speexdsp = recipe === 's/speex' ? built.get('s/speexdsp') : undefined;
  const order = bench.order({
    recipeDir,
    recipeFile: `${recipe}/stone.yaml`,
    lookaside: [lookaside()],
    dependencies: { stones: speexdsp === undefined ? [] : stonesIn(speexdsp.outDir) },
  });
  const finished = await bench.build(sandboxExecutor(), order);
  if (finished.outcome.outcome === 'failure')
    throw new Error(
      `${finished.outcome.code}: ${finished.outcome.message}\n${finished.log.slice(-4_000)}`,
    );
  built.set(recipe, finished);
  return finished;
}

function hashesOf({ outcome }: FinishedBuild): string[] {
  return outcome.outcome === 'success'
    ? outcome.collectables.map(({ name, sha256 }) => `${name} ${sha256}`)
    : [];
}

it.skipIf(!hasRecipes).each(RECIPES)(
  'builds %s unmodified into the packages of its manifest',
  { timeout: 900_000 },
  async (recipe) => {
    const first = await build(recipe);
    const ours = readManifest(path.join(first.outDir, 'manifest.x86_64.jsonc'));
    const committed = readManifest(path.join(recipeDir, recipe, 'manifest.x86_64.jsonc'));
    expect(Object.keys(ours.packages)).toEqual(Object.keys(committed.packages));
    for (const [name, { files = [] }] of Object.entries(committed.packages)) {
      const found = ours.packages[name]?.files ?? [];
      const missing = found.length < files.length ? isKnownAbsent : () => false;
      expect(found.map(asInDistribution).sort(), name).toEqual(
        files.filter((file) => !missing(file)).sort(),
      );
    }
    if (isFull) expect(hashesOf(await build(recipe))).toEqual(hashesOf(first));
  },
);
