import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { positionOf } from '@cairn/recipe';
import { type BuildLog } from '../build-log.js';
import { type BuildOrder } from '../build-order.js';
import { type BuildFailure, type BuildOutcome } from '../build-outcome.js';
import { collectPackages } from '../collect/collect-packages.js';
import { failure } from '../failure.js';
import { type ContentStore } from '../upstreams/content-store.js';
import { fetchUpstreams } from '../upstreams/fetch-upstreams.js';
import { ARCHIVE_STAND_IN } from './archive-tool.js';
import { buildUserId } from './build-user.js';
import { type PlannedRecipe } from './plan-recipe.js';
import { PYTHON_LAYOUT, PYTHON_LAYOUT_FILE } from './python-layout.js';
import { runPhases } from './run-phases.js';
import { type Sandbox } from './sandbox.js';
import { copyRecipe, giveToBuildUser, type Scratch } from './scratch.js';

/** A build whose root is ready. */
export interface BuildIn {
  readonly order: BuildOrder;
  readonly planned: PlannedRecipe;
  readonly scratch: Scratch;
  readonly sandbox: Sandbox;
  readonly store: ContentStore;
  readonly log: BuildLog;
  readonly signal: AbortSignal;
}

/** From the upstreams to the packages. */
export async function buildIn(build: BuildIn): Promise<BuildOutcome> {
  const { order, planned, scratch, sandbox, log, signal } = build;
  log.enter('fetch');
  const unfetched = await fetchSources(build);
  if (unfetched !== undefined) return unfetched;
  await copyRecipe(path.dirname(path.join(order.recipeDir, order.recipeFile)), scratch.recipe);
  const userId = buildUserId(order.slot);
  if (userId !== undefined) await giveToBuildUser([scratch.sources, scratch.recipe], userId);
  await writeFile(path.join(scratch.scripts, 'unpack'), ARCHIVE_STAND_IN, { mode: 0o755 });
  await writeFile(path.join(scratch.scripts, PYTHON_LAYOUT_FILE), PYTHON_LAYOUT);
  if (!sandbox.limitsMemoryTogether)
    log.note(
      'No control group can be made here: the memory limit holds for each process by itself.',
    );
  const deadlineMs = performance.now() + order.limits.timeMs;
  const failed = await runPhases({
    plan: planned.plan,
    sandbox,
    scratch,
    log,
    limits: order.limits,
    network: planned.recipe.networking,
    deadlineMs,
    signal,
  });
  if (failed !== undefined) return failed;
  log.enter('collect');
  return collectPackages({
    order,
    recipe: planned.recipe,
    plan: planned.plan,
    scratch,
    sandbox,
    log,
    deadlineMs,
    signal,
  });
}

async function fetchSources({
  order,
  planned,
  scratch,
  store,
  log,
  signal,
}: BuildIn): Promise<BuildFailure | undefined> {
  const { recipe, plan } = planned;
  const fetched = await fetchUpstreams({
    upstreams: recipe.upstreams.map((upstream, index) => ({
      upstream,
      sourceName: plan.upstreams[index]?.sourceName ?? '',
    })),
    store,
    mirrorDir: path.join(order.downloadCacheDir, 'git'),
    sourceDir: scratch.sources,
    lookaside: order.lookaside,
    policy: order.upstreamPolicy,
    signal,
    note: (line) => log.note(line),
  });
  if (!fetched.ok)
    return failure({
      code: fetched.error.code,
      phase: 'fetch',
      message: fetched.error.message,
      recipeLine: positionOf(recipe, `upstreams[${fetched.error.index}]`).line,
    });
  return undefined;
}
