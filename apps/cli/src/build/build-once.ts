import { closeSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type BuildOutcome, type Executor } from '@cairn/executor';
import { buildLimits, type BuildCommandOptions } from './build-options.js';
import { type PhaseView } from './phase-view.js';

export const LOG_NAME = 'build.log';

/** One build in a folder of its own. */
export interface FinishedBuild {
  readonly outcome: BuildOutcome;
  /** Holds the artefacts of a success. */
  readonly outDir: string;
  readonly logFile: string;
}

/** Builds once. `dir` is this build's own folder; `slot` keeps two builds apart on the host. */
export async function buildOnce(order: {
  readonly executor: Executor;
  readonly recipeFile: string;
  readonly options: BuildCommandOptions;
  readonly dir: string;
  readonly cacheDir: string;
  readonly slot: number;
  readonly view: PhaseView;
  readonly signal: AbortSignal;
}): Promise<FinishedBuild> {
  const { options, recipeFile, view } = order;
  const workDir = join(order.dir, 'work');
  const outDir = join(order.dir, 'out');
  for (const dir of [workDir, outDir, order.cacheDir]) await mkdir(dir, { recursive: true });
  const logFile = join(order.dir, LOG_NAME);
  const log = openSync(logFile, 'w');
  try {
    const outcome = await order.executor.build(
      {
        recipeDir: dirname(recipeFile),
        recipeFile: basename(recipeFile),
        architecture: options.architecture,
        buildRelease: options.buildRelease,
        sourceDateEpoch: options.sourceDateEpoch ?? changedAt(recipeFile),
        workDir,
        outDir,
        dependencies: {
          stones: options.stone.flatMap(stonesAt).map((path) => ({ path })),
          repositories: options.repo.map((indexUrl, index) => ({
            name: `repository-${index + 1}`,
            // The one that was named first is asked first.
            priority: options.repo.length - index,
            indexUrl,
          })),
        },
        lookaside: options.lookaside,
        downloadCacheDir: order.cacheDir,
        networkPolicy: options.network === true ? 'allow-if-asked' : 'deny',
        upstreamPolicy: {
          allowPrivateTargets: options.allowPrivateAddresses ?? false,
          allowNetwork: options.offline !== true,
        },
        limits: buildLimits(options),
        jobs: options.jobs,
        slot: order.slot,
      },
      {
        log: (bytes) => {
          writeSync(log, bytes);
          view.log(bytes);
        },
        phase: (name) => view.phase(name),
      },
      order.signal,
    );
    view.end(outcome.outcome === 'success' ? 'done' : 'failed');
    return { outcome, outDir, logFile };
  } finally {
    closeSync(log);
  }
}

function changedAt(file: string): number {
  return Math.floor((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) / 1_000);
}

function stonesAt(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.stone'))
    .sort()
    .map((name) => join(path, name));
}
