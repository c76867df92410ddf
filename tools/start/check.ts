import { type Stack } from '@cairn/testing/stack';
import { join } from 'node:path';
import { checkTable } from './check-table.ts';
import { checkFaults, settledTasks } from './check-faults.ts';
import { type Follower, type Outcome, type RepositoryStand } from './follow.ts';
import { readChannel } from './installable.ts';
import { type StartOptions } from './options.ts';
import { ARCHITECTURE, CHANNEL, STREAM } from './project.ts';
import { type RecipeFile, type RecipeTree } from './recipe-tree.ts';

const REPOSITORY_POLL_MS = 500;

/** Everything that a check looks at, and how it speaks. */
export interface Check {
  readonly options: StartOptions;
  readonly tree: RecipeTree;
  readonly stack: Stack;
  readonly follower: Follower;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
  readonly step: (sentence: string) => void;
  /** A path as people want to read it. */
  readonly shown: (path: string) => string;
}

/** Waits until every recipe came to an end, and returns the exit code: 0 when all of their packages are installable. */
export async function check(parts: Check): Promise<number> {
  const { options, tree, stack, follower, say, step, shown } = parts;
  const end = await waitForEnd(parts);
  const tasks = [...end.outcome.values()]
    .filter((task) => tree.recipes.some(({ source }) => source === task.source))
    .sort((a, b) => a.id - b.id);
  const installable = await readChannel(stack.vesselUrl, CHANNEL, STREAM, ARCHITECTURE);
  const faults = checkFaults({ ...end, tasks, installable, recipes: tree.recipes });
  const packages = installable.packages.map((item) => item.name);
  process.stdout.write(
    options.isJson
      ? `${JSON.stringify({ ok: faults.length === 0, failures: faults, tasks, packages }, null, 2)}\n`
      : `\n${checkTable(tasks)}\n\n`,
  );
  if (faults.length === 0) {
    step(
      `${packages.length} packages of ${tree.recipes.length} recipes are installable. Published files: ${shown(join(options.dataDir, 'vessel/public'))}`,
    );
    return 0;
  }
  for (const task of tasks.filter((each) => each.state === 'failed'))
    (await follower.failureOf(task)).forEach(say);
  say(`\nNot everything is installable:\n${faults.map((line) => `  - ${line}`).join('\n')}`);
  return 1;
}

interface End {
  readonly outcome: Outcome;
  readonly stand: RepositoryStand;
  /** Set when time ran out. */
  readonly lateMinutes: number | null;
}

/** Only tasks made from the tree's present commit count: those of an earlier run say nothing of it. */
async function waitForEnd({ options, tree, follower, signal }: Check): Promise<End> {
  let stand: RepositoryStand = { commit: null, error: null, badRecipes: new Map() };
  const isDone = (outcome: Outcome) => {
    const settled = settledTasks([...outcome.values()]);
    const isOver = ({ source, path }: RecipeFile) =>
      stand.badRecipes.has(path) || settled.has(outcome.get(source)?.id ?? -1);
    return stand.error !== null || (stand.commit === tree.commit && tree.recipes.every(isOver));
  };
  const look = async () => {
    stand = await follower.repositoryStand().catch(() => stand);
  };
  await look();
  const watch = setInterval(() => void look(), REPOSITORY_POLL_MS);
  const outcome = await follower.follow({ isDone, timeoutMs: options.timeoutMs, signal });
  clearInterval(watch);
  const isLate = outcome === null && !signal.aborted;
  return {
    outcome: outcome ?? (await follower.look()),
    stand,
    lateMinutes: isLate ? options.timeoutMs / 60_000 : null,
  };
}
