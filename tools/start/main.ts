import { applyProject } from '@cairn/contracts';
import { Stack } from '@cairn/testing/stack';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { check } from './check.ts';
import { Follower } from './follow.ts';
import { HELP, readOptions, type StartOptions } from './options.ts';
import { projectDocument, STREAM } from './project.ts';
import { prepareRecipeTree, type RecipeTree } from './recipe-tree.ts';

const ROOT = resolve(import.meta.dirname, '../..');
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
  return check({ options, tree, stack, follower, signal, say, step, shown });
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
