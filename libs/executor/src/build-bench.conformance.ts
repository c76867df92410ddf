import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GIB, MIB, MINUTE_MS } from '@cairn/std';
import { type BuildOrder } from './build-order.js';
import { type BuildOutcome } from './build-outcome.js';
import { type Executor } from './executor.js';

export const REPOSITORY_ROOT = path.resolve(import.meta.dirname, '../../..');
export const SHARED_DATA = path.resolve(REPOSITORY_ROOT, '../shared/data');

/** A build on its own folders, with its log kept as text. */
export interface FinishedBuild {
  readonly outcome: BuildOutcome;
  readonly log: string;
  readonly phases: readonly string[];
  readonly outDir: string;
}

/** A bench for builds in a test: own folders, small limits, no network. */
export class BuildBench {
  readonly root = mkdtempSync(path.join(tmpdir(), 'cairn-bench-'));
  #count = 0;

  /** Writes a recipe and the files of its `pkg` folder. */
  recipe(
    text: string,
    files: Readonly<Record<string, string>> = {},
  ): { recipeDir: string; recipeFile: string } {
    this.#count += 1;
    const recipeDir = path.join(this.root, `recipe-${this.#count}`);
    mkdirSync(path.join(recipeDir, 'pkg'), { recursive: true });
    writeFileSync(path.join(recipeDir, 'stone.yaml'), text);
    for (const [name, content] of Object.entries(files))
      writeFileSync(path.join(recipeDir, 'pkg', name), content, { mode: 0o755 });
    return { recipeDir, recipeFile: 'stone.yaml' };
  }

  order(more: Partial<BuildOrder> & Pick<BuildOrder, 'recipeDir' | 'recipeFile'>): BuildOrder {
    this.#count += 1;
    const workDir = path.join(this.root, `work-${this.#count}`);
    const outDir = path.join(this.root, `out-${this.#count}`);
    for (const dir of [workDir, outDir]) mkdirSync(dir, { recursive: true });
    return {
      architecture: 'x86_64',
      buildRelease: 1,
      sourceDateEpoch: 1_700_000_000,
      workDir,
      outDir,
      dependencies: {},
      lookaside: [],
      downloadCacheDir: path.join(this.root, 'cache'),
      networkPolicy: 'deny',
      upstreamPolicy: { allowPrivateTargets: false, allowNetwork: false },
      limits: {
        timeMs: 10 * MINUTE_MS,
        silenceMs: 2 * MINUTE_MS,
        memoryBytes: 2 * GIB,
        processes: 512,
        logBytes: 64 * MIB,
        diskBytes: 4 * GIB,
      },
      jobs: 2,
      slot: 0,
      ...more,
    };
  }

  async build(
    executor: Executor,
    order: BuildOrder,
    options: { signal?: AbortSignal; onLog?: (text: string) => void } = {},
  ): Promise<FinishedBuild> {
    const chunks: string[] = [];
    const phases: string[] = [];
    const events = {
      log: (bytes: Uint8Array) => {
        const text = Buffer.from(bytes).toString('utf8');
        chunks.push(text);
        options.onLog?.(text);
      },
      phase: (name: string) => phases.push(name),
    };
    const outcome = await executor.build(
      order,
      events,
      options.signal ?? new AbortController().signal,
    );
    return { outcome, log: chunks.join(''), phases, outDir: order.outDir };
  }
}

/** The stones in a folder, as dependencies of a later build. */
export function stonesIn(...dirs: readonly string[]): { readonly path: string }[] {
  return dirs.flatMap((dir) =>
    readdirSync(dir)
      .filter((name) => name.endsWith('.stone'))
      .map((name) => ({ path: path.join(dir, name) })),
  );
}
