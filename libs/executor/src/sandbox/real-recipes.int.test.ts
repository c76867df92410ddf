import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { BuildBench, SHARED_DATA } from '../build-bench.conformance.js';
import { sandboxExecutor } from './sandbox-executor.js';

// One shows the way; the others take minutes on a small machine.
const RECIPES =
  process.env['CAIRN_FULL'] === '1' ? ['l/libdaemon', 'd/dosfstools', 'l/lzo'] : ['l/libdaemon'];
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

it.skipIf(!hasRecipes).each(RECIPES)(
  'builds %s unmodified into the packages of its manifest',
  { timeout: 600_000 },
  async (recipe) => {
    const bench = new BuildBench();
    const order = bench.order({
      recipeDir,
      recipeFile: `${recipe}/stone.yaml`,
      lookaside: [lookaside()],
    });
    const { outcome, log, outDir } = await bench.build(sandboxExecutor(), order);
    if (outcome.outcome === 'failure')
      throw new Error(`${outcome.code}: ${outcome.message}\n${log.slice(-4_000)}`);
    const built = readManifest(path.join(outDir, 'manifest.x86_64.jsonc'));
    const committed = readManifest(path.join(recipeDir, recipe, 'manifest.x86_64.jsonc'));
    expect(Object.keys(built.packages)).toEqual(Object.keys(committed.packages));
    for (const [name, { files }] of Object.entries(committed.packages))
      expect(built.packages[name]?.files, name).toEqual(files);
  },
);
