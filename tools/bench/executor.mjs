// What the sandbox costs: a build of one recipe through the executor against the same phase scripts run by hand in a plain
// bash, taken in turn. Prints one JSON object with medians. Needs the build (`npm run build`).
//   node tools/bench/executor.mjs [--recipe STONE.YAML] [--lookaside DIR] [--runs 3]
//
//   executor_vs_by_hand  median of the whole build, packages included / median of the scripts alone
//   parts_ms             of the executor: read, root (dependencies and folders), fetch, phases, split (analysis and debug
//                        information), compress (packages and manifests)
//   by hand              the plan's scripts with its flags and environment in a folder of their own; unpacking included,
//                        fetching, splitting and packing not
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { copyFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { sandboxExecutor } from '../../libs/executor/dist/index.js';
import { parseRecipe, planBuild } from '../../libs/recipe/dist/index.js';

const GIB = 1_024 ** 3;
const HOUR_MS = 3_600_000;
const ARCHITECTURE = 'x86_64';
const SOURCE_DATE_EPOCH = 1_700_000_000;
const SHARED = resolve(import.meta.dirname, '../../../shared');
const PART_OF_PHASE = {
  read: 'read',
  dependencies: 'root',
  fetch: 'fetch',
  collect: 'split',
  package: 'compress',
};
const { values } = parseArgs({
  options: {
    recipe: { type: 'string', default: join(SHARED, 'data/buildable/l/lzo/stone.yaml') },
    lookaside: { type: 'string' },
    runs: { type: 'string', default: '3' },
  },
});
const recipeFile = resolve(values.recipe);
const runs = Math.max(1, Number(values.runs));
const jobs = availableParallelism();

if (!existsSync(recipeFile)) {
  console.error(`${recipeFile} is absent. Give a recipe with --recipe.`);
  process.exit(2);
}
const dir = mkdtempSync(join(tmpdir(), 'cairn-bench-executor-'));
chmodSync(dir, 0o711);
try {
  console.log(JSON.stringify(await report(), undefined, 2));
} finally {
  rmSync(dir, { recursive: true, force: true });
}

async function report() {
  const recipe = valueOf(parseRecipe(readFileSync(recipeFile, 'utf8'), { fileName: recipeFile }));
  const lookaside = values.lookaside === undefined ? filledLookaside() : resolve(values.lookaside);
  const built = [];
  const byHand = [];
  for (let run = 1; run <= runs; run += 1) {
    built.push(await buildOnce(run, lookaside));
    byHand.push(runByHand(run, recipe, lookaside));
  }
  const executorMs = median(built.map(({ totalMs }) => totalMs));
  const byHandMs = median(byHand);
  const parts = [...new Set(built.flatMap(({ parts }) => Object.keys(parts)))];
  return {
    recipe: recipe.name,
    runs,
    jobs,
    load_average: loadavg()[0],
    executor_ms: executorMs,
    by_hand_ms: byHandMs,
    executor_vs_by_hand: Number((executorMs / byHandMs).toFixed(3)),
    parts_ms: Object.fromEntries(
      parts.map((part) => [part, median(built.map((one) => one.parts[part] ?? 0))]),
    ),
  };
}

/** The tarballs of the recipes at hand, from the distribution's source packages. */
function filledLookaside() {
  const lookaside = join(dir, 'lookaside');
  const recipe = relative(join(SHARED, 'data/buildable'), dirname(recipeFile));
  execFileSync(join(SHARED, 'tools/fetch-upstreams'), [lookaside, recipe], { stdio: 'ignore' });
  return lookaside;
}

async function buildOnce(run, lookaside) {
  const [workDir, outDir] = ['work', 'out'].map((name) => join(dir, `${name}-${run}`));
  for (const made of [workDir, outDir]) mkdirSync(made);
  const marks = [];
  const startedMs = performance.now();
  const outcome = await sandboxExecutor().build(
    {
      recipeDir: dirname(recipeFile),
      recipeFile: basename(recipeFile),
      architecture: ARCHITECTURE,
      buildRelease: 1,
      sourceDateEpoch: SOURCE_DATE_EPOCH,
      workDir,
      outDir,
      dependencies: {},
      lookaside: [lookaside],
      downloadCacheDir: join(dir, 'cache'),
      networkPolicy: 'deny',
      upstreamPolicy: { allowPrivateTargets: false, allowNetwork: false },
      limits: {
        timeMs: HOUR_MS,
        silenceMs: HOUR_MS,
        memoryBytes: 8 * GIB,
        processes: 4_096,
        logBytes: GIB,
        diskBytes: 16 * GIB,
      },
      jobs,
      slot: 0,
    },
    { log: () => {}, phase: (name) => marks.push({ name, atMs: performance.now() }) },
    new AbortController().signal,
  );
  if (outcome.outcome === 'failure') throw new Error(`${outcome.code}: ${outcome.message}`);
  const endedMs = performance.now();
  const parts = {};
  for (const [index, { name, atMs }] of marks.entries()) {
    const part = PART_OF_PHASE[name] ?? 'phases';
    parts[part] = (parts[part] ?? 0) + (marks[index + 1]?.atMs ?? endedMs) - atMs;
  }
  rmSync(outDir, { recursive: true });
  return { totalMs: endedMs - startedMs, parts };
}

/** Runs the plan's scripts one after the other, with another folder in the place of /mason. */
function runByHand(run, recipe, lookaside) {
  const root = join(dir, `hand-${run}`);
  for (const name of ['build', 'install', 'sourcedir'])
    mkdirSync(join(root, name), { recursive: true });
  const plan = valueOf(
    planBuild({
      recipe,
      architecture: ARCHITECTURE,
      toolchain: existsSync('/usr/bin/clang') ? recipe.toolchain : 'gnu',
      jobs,
      sourceDateEpoch: SOURCE_DATE_EPOCH,
      archiveTool: '/usr/bin/tar',
      searchPath: '/usr/bin:/usr/sbin',
      locale: 'C.UTF-8',
    }),
  );
  for (const [index, { hash }] of recipe.upstreams.entries())
    copyFileSync(join(lookaside, hash), join(root, 'sourcedir', plan.upstreams[index].sourceName));
  const startedMs = performance.now();
  for (const stage of plan.stages) {
    const at = (path) => path.replaceAll('/mason', root);
    mkdirSync(at(stage.buildDirectory), { recursive: true });
    for (const phase of stage.phases) {
      const cwd = at(phase.name === 'prepare' ? stage.buildDirectory : stage.workDirectory);
      for (const { text } of phase.scripts) {
        writeFileSync(join(root, 'phase.sh'), at(text));
        const env = { HOME: at(stage.buildDirectory), PATH: '/usr/bin:/usr/sbin' };
        const args = ['--noprofile', '--norc', join(root, 'phase.sh')];
        const ended = spawnSync('/usr/bin/bash', args, {
          cwd,
          env,
          stdio: ['ignore', 'pipe', 'pipe'],
          maxBuffer: GIB / 4,
        });
        if (ended.status !== 0)
          throw new Error(`by hand, ${phase.name}: ${ended.stderr.toString('utf8').slice(-2_000)}`);
      }
    }
  }
  const elapsedMs = performance.now() - startedMs;
  rmSync(root, { recursive: true });
  return elapsedMs;
}

function valueOf(result) {
  if (result.ok) return result.value;
  throw new Error(JSON.stringify(result.error));
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)]);
}
