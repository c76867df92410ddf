import { applyProject, type TaskView } from '@cairn/contracts';
import { Stack } from '@cairn/testing/stack';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { checkTable } from './check-table.ts';
import { Follower, type Outcome } from './follow.ts';
import { readChannel } from './installable.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { projectDocument } from './project.ts';
import { prepareRecipeTree, type RecipeTree } from './recipe-tree.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CHANNEL = 'main';
const STREAM = 'volatile';
const ARCHITECTURE = 'x86_64';
const startedAt = performance.now();

function say(line: string): void {
  // With --json standard output is for the result alone.
  process.stderr.write(`${line}\n`);
}

function step(sentence: string): void {
  say(`[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(5)} s] ${sentence}`);
}

async function main(): Promise<number> {
  const options = readOptions(
    process.argv.slice(2),
    process.env['INIT_CWD'] ?? process.cwd(),
    ROOT,
  );
  if (options === null) {
    process.stdout.write(HELP);
    return 0;
  }
  const tree = prepareTree(options);
  const stopping = new AbortController();
  const stack = await startStack(options);
  let isStopped = false;
  const stop = async () => {
    if (isStopped) return;
    isStopped = true;
    stopping.abort();
    await stack.stop();
  };
  const interrupted = new Promise<number>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        say('\nStopping …');
        void stop().then(() => done(signal === 'SIGINT' ? 0 : 1));
      });
    }
  });
  try {
    return await Promise.race([
      interrupted,
      work({ options, tree, stack, signal: stopping.signal }),
    ]);
  } finally {
    await stop();
    step(`Stopped. Everything is kept in ${shown(options.dataDir)}.`);
  }
}

function prepareTree(options: StartOptions): RecipeTree {
  const isSample = options.recipesDir === null;
  return prepareRecipeTree({
    from: options.recipesDir ?? join(ROOT, 'samples/recipes'),
    to: join(options.dataDir, isSample ? 'sample-recipes' : 'recipes'),
    only: options.only,
    keepChanges: isSample,
  });
}

async function startStack(options: StartOptions): Promise<Stack> {
  const postgresUrl = process.env['CAIRN_DATABASE_SUPERUSER_URL'];
  const redisUrl = process.env['CAIRN_REDIS_URL'];
  const natsUrl = process.env['CAIRN_NATS_URL'];
  return Stack.start({
    dir: options.dataDir,
    durable: true,
    servers: {
      ...(postgresUrl === undefined ? {} : { postgresUrl }),
      ...(redisUrl === undefined ? {} : { redisUrl }),
      ...(natsUrl === undefined ? {} : { natsUrl }),
    },
    environment: {
      avalanche: {
        AVALANCHE_SLOTS: String(options.slots),
        ...(options.lookasideDir === null ? {} : { AVALANCHE_LOOKASIDE: options.lookasideDir }),
      },
    },
    onProgress: step,
  });
}

interface Work {
  readonly options: StartOptions;
  readonly tree: RecipeTree;
  readonly stack: Stack;
  readonly signal: AbortSignal;
}

async function work({ options, tree, stack, signal }: Work): Promise<number> {
  const hub = await stack.admin();
  step(
    `Starting ${options.builders === 1 ? 'a builder' : `${options.builders} builders`} (avalanche) on ${cpus().length} processors`,
  );
  for (let number = 1; number <= options.builders; number += 1)
    await stack.startBuilder(`local-${number}`);
  const document = projectDocument({
    name: options.recipesDir === null ? 'sample' : 'recipes',
    summary:
      options.recipesDir === null
        ? 'The sample recipes of Cairn'
        : `Recipes of ${options.recipesDir}`,
    repositoryDir: tree.dir,
  });
  writeFileSync(join(options.dataDir, 'project.yaml'), document);
  const { changes } = await hub.call(applyProject, { body: { document } });
  step(
    changes.length === 0
      ? 'The project is as it was'
      : 'Project applied: summit reads the recipes now',
  );
  const follower = new Follower(hub, say);
  if (!options.isCheck) return stay({ options, tree, stack, signal }, follower);
  return check({ options, tree, stack, signal }, follower);
}

async function check({ options, tree, stack, signal }: Work, follower: Follower): Promise<number> {
  const isEnded = (task: TaskView | undefined) =>
    task !== undefined && ['completed', 'failed', 'cancelled'].includes(task.state);
  const isStuck = (task: TaskView | undefined) => task?.blocked === true;
  let bad: string[] = [];
  const isDone = (outcome: Outcome) =>
    bad.length > 0 ||
    tree.sources.every((source) => isEnded(outcome.get(source)) || isStuck(outcome.get(source)));
  const watchBad = setInterval(
    () =>
      void follower.badRecipes().then(
        (found) => (bad = found),
        () => undefined,
      ),
    1_000,
  );
  const outcome = await follower.follow({ isDone, timeoutMs: options.timeoutMs, signal });
  clearInterval(watchBad);
  const tasks = [...(outcome ?? (await follower.look())).values()]
    .filter((task) => tree.sources.includes(task.source))
    .sort((a, b) => a.id - b.id);
  const failures = [
    ...bad,
    ...(outcome === null && !signal.aborted
      ? [`Not done after ${options.timeoutMs / 60_000} minutes.`]
      : []),
    ...tasks
      .filter((task) => task.state !== 'completed')
      .map((task) => `${task.source} ${task.state}: ${task.reason.sentence}`),
    ...tree.sources
      .filter((source) => !tasks.some((task) => task.source === source))
      .map((source) => `${source}: no task was made for it`),
  ];
  const installable = await readChannel(stack.vesselUrl, CHANNEL, STREAM, ARCHITECTURE);
  failures.push(...installable.faults);
  const missing = tree.sources.filter(
    (source) => !installable.packages.some((item) => item.sourceId === source),
  );
  if (failures.length === 0)
    failures.push(...missing.map((source) => `${source}: none of its packages is in the channel`));
  if (options.isJson)
    process.stdout.write(
      `${JSON.stringify({ ok: failures.length === 0, failures, tasks, packages: installable.packages.map((item) => item.name) }, null, 2)}\n`,
    );
  else process.stdout.write(`\n${checkTable(tasks)}\n\n`);
  if (failures.length === 0) {
    step(
      `${installable.packages.length} packages of ${tree.sources.length} recipes are installable. Published files: ${shown(join(options.dataDir, 'vessel/public'))}`,
    );
    return 0;
  }
  for (const task of tasks.filter((each) => each.state === 'failed'))
    (await follower.failureOf(task)).forEach(say);
  say(`\nNot everything is installable:\n${failures.map((line) => `  - ${line}`).join('\n')}`);
  return 1;
}

async function stay({ options, tree, stack, signal }: Work, follower: Follower): Promise<number> {
  const code = await stack.loginCode('admin', 'admin');
  const example =
    options.recipesDir === null
      ? 'g/greeter/stone.yaml (raise its release)'
      : 'a recipe (raise its release)';
  say(`
Cairn is running.

  Dashboard    ${stack.summitUrl}
  Repository   ${stack.vesselUrl}
               moss repo add cairn ${stack.vesselUrl} --root-index version=stream/${STREAM}
  Log in       with the code ${code} (once, within an hour) on the page "Log in", or:
               npx cairn login --server ${stack.summitUrl} --code ${code}
  Recipes      ${shown(tree.dir)} (a git repository)
               Change ${example}, commit, and watch.
  Data, logs   ${shown(options.dataDir)}, ${shown(join(options.dataDir, 'logs'))}

Ctrl-C stops everything; the next start continues.
`);
  await follower.follow({ isDone: () => false, timeoutMs: Number.MAX_SAFE_INTEGER, signal });
  return 0;
}

function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below.startsWith('..') ? path : `./${below}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(`\nCairn could not start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
