import {
  access,
  chmod,
  constants,
  copyFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chooseExecutor, type BuildSuccess, type Executor } from '@cairn/executor';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { printNote } from '../output/reply.js';
import { type Shell } from '../shell.js';
import { buildOnce, LOG_NAME, type FinishedBuild } from './build-once.js';
import { type BuildCommandOptions } from './build-options.js';
import {
  failureError,
  failureLines,
  printReport,
  printReportJson,
  type BuildReport,
} from './build-report.js';
import { compareBuilds } from './compare-builds.js';
import { PhaseView } from './phase-view.js';

const RECIPE_NAME = 'stone.yaml';
/** Where the artefacts of the second build go when they differ. */
const SECOND_BUILD = 'second-build';
const SEARCHABLE = 0o711;

/** `cairn recipe build PATH`: builds a recipe here, shows how far it is, and puts the packages into a folder. */
export async function buildCommand(
  path: string,
  options: BuildCommandOptions,
  { cacheDir }: Pick<Shell, 'cacheDir'>,
): Promise<void> {
  const executor = chooseExecutor({
    choice: options.executor,
    homeDir: join(cacheDir, 'boulder'),
    verifyCommitted: false,
    keepFailed: options.keepFailed ?? false,
  });
  await checkReady(executor);
  const dir = await mkdtemp(join(tmpdir(), 'cairn-recipe-'));
  // Started as root, the build runs as another user that must reach its work folder.
  await chmod(dir, SEARCHABLE);
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of SIGNALS) process.once(signal, stop);
  let isDone = false;
  try {
    const recipeFile = await recipeAt(path);
    await build({ path, recipeFile, options, executor, cacheDir, dir, signal: stopping.signal });
    isDone = true;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
    if (!isDone && options.keepFailed === true) printNote(`The work folder is kept: ${dir}`);
    else await rm(dir, { recursive: true, force: true });
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

interface BuildFacts {
  readonly path: string;
  readonly recipeFile: string;
  readonly options: BuildCommandOptions;
  readonly executor: Executor;
  readonly cacheDir: string;
  readonly dir: string;
  readonly signal: AbortSignal;
}

async function build(facts: BuildFacts): Promise<void> {
  const { options } = facts;
  await mkdir(options.output, { recursive: true });
  const view = viewFor(options);
  const first = await run(facts, { slot: 0, view });
  if (first.outcome.outcome === 'failure' || options.twice !== true) {
    await finish(facts, { view, build: first, differences: null });
    return;
  }
  note(options, 'Once more, to compare:');
  const secondView = viewFor(options);
  const second = await run(facts, { slot: 1, view: secondView });
  if (second.outcome.outcome === 'failure') {
    await finish(facts, { view: secondView, build: second, differences: null });
    return;
  }
  const differences = await compareBuilds(
    first.outcome,
    second.outcome,
    join(facts.dir, 'compare'),
  );
  if (differences.length > 0) {
    await keep(second.outcome, second.logFile, join(options.output, SECOND_BUILD));
  }
  await finish(facts, { view, build: first, differences });
}

function run(
  facts: BuildFacts,
  { slot, view }: { readonly slot: number; readonly view: PhaseView },
): Promise<FinishedBuild> {
  return buildOnce({ ...facts, dir: join(facts.dir, `build-${slot}`), slot, view });
}

async function finish(
  { path, options, executor }: BuildFacts,
  result: {
    readonly view: PhaseView;
    readonly build: FinishedBuild;
    readonly differences: BuildReport['differences'];
  },
): Promise<void> {
  const { outcome, logFile } = result.build;
  if (outcome.outcome === 'success') await keep(outcome, logFile, options.output);
  else await copyFile(logFile, join(options.output, LOG_NAME));
  const report: BuildReport = {
    path,
    executor: executor.name,
    outcome,
    phases: result.view.times,
    differences: result.differences,
    outputDir: options.output,
    logFile: join(options.output, LOG_NAME),
  };
  if (options.json === true) printReportJson(report);
  else printReport(report);
  if (outcome.outcome === 'failure') {
    if (options.json !== true) for (const line of failureLines(outcome)) printNote(line);
    throw failureError(outcome, report.logFile);
  }
  const count = result.differences?.length ?? 0;
  if (count > 0) {
    throw new CliError('build.not-reproducible', `The two builds differ in ${count} places`, {
      exitCode: EXIT.failed,
      nextStep: `The second one is in ${join(options.output, SECOND_BUILD)}.`,
    });
  }
}

/** Puts finished artefacts into their folder. Each appears there whole or not at all. */
async function keep(outcome: BuildSuccess, logFile: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const files = [
    ...outcome.collectables.map(({ path, name }) => ({ path, name })),
    { path: logFile, name: LOG_NAME },
  ];
  for (const { path, name } of files) {
    const arriving = join(dir, `.${name}.part`);
    await copyFile(path, arriving);
    await rename(arriving, join(dir, name));
  }
}

async function checkReady(executor: Executor): Promise<void> {
  const { ready, problems } = await executor.preflight();
  const [problem] = problems;
  if (ready || problem === undefined) return;
  throw new CliError(problem.code, problem.message, { exitCode: EXIT.failed });
}

async function recipeAt(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  const file = resolve(found?.isDirectory() === true ? join(path, RECIPE_NAME) : path);
  const isThere = await access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
  if (isThere) return file;
  throw new CliError('recipe.unreadable', `${file} cannot be read`, {
    exitCode: EXIT.usage,
    nextStep: 'Give a stone.yaml or the folder that holds it.',
  });
}

function viewFor({ json, verbose }: BuildCommandOptions): PhaseView {
  const mode = verbose === true ? 'log' : json === true ? 'quiet' : 'phases';
  return new PhaseView(process.stderr, mode);
}

function note({ json }: BuildCommandOptions, line: string): void {
  if (json !== true) printNote(line);
}
