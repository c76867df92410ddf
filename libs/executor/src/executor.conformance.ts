import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { readPackageMeta } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { describe, expect, it } from 'vitest';
import { type BuildBench } from './build-bench.conformance.js';
import { type Executor } from './executor.js';

/** Recipes that an executor under test can build, as texts of `stone.yaml`. */
export interface ConformanceRecipes {
  /** Ends in at least one package of this source name. */
  readonly good: { readonly text: string; readonly source: string };
  /** Fails in its build phase with exit code 7. */
  readonly failing: string;
  /** Prints `hanging-now` in its build phase and then does not end by itself. */
  readonly hanging: string;
}

/** What every executor keeps, whatever it builds with. */
export function describeExecutor(facts: {
  readonly executor: Executor;
  readonly bench: BuildBench;
  readonly recipes: ConformanceRecipes;
}): void {
  const { executor, bench, recipes } = facts;

  describe(`the ${executor.name} executor keeps the port's promises`, () => {
    it('is ready here', async () => {
      expect(await executor.preflight()).toMatchObject({ ready: true, problems: [] });
    });

    it('describes each artefact by kind, size and hash, in the output directory', async () => {
      const order = bench.order({ ...bench.recipe(recipes.good.text), buildRelease: 4 });
      const { outcome, log, phases } = await bench.build(executor, order);
      if (outcome.outcome === 'failure') throw new Error(`${outcome.message}\\n${log}`);
      const stones = outcome.collectables.filter(({ kind }) => kind === 'package');
      expect(stones.length).toBeGreaterThan(0);
      expect(outcome.collectables.filter(({ kind }) => kind === 'manifest-bin')).toHaveLength(1);
      for (const { name, path: file, sizeBytes, sha256 } of outcome.collectables) {
        expect(file).toBe(path.join(order.outDir, name));
        expect(statSync(file).size).toBe(sizeBytes);
        expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(sha256);
      }
      const codec = await loadCodec();
      const read = stones.map((stone) => readPackageMeta(readFileSync(stone.path), codec));
      expect(read.map((meta) => meta.ok && meta.value)).toEqual(outcome.packages);
      expect(outcome.packages.map(({ sourceId }) => sourceId)).toContain(recipes.good.source);
      expect(phases).toContain('build');
    });

    it('reports the phase, the exit code, an excerpt and a stable fingerprint of a failure', async () => {
      const build = async () =>
        (await bench.build(executor, bench.order(bench.recipe(recipes.failing)))).outcome;
      const [first, second] = [await build(), await build()];
      expect(first).toMatchObject({
        outcome: 'failure',
        class: 'recipe',
        code: 'build.phase-failed',
        phase: 'build',
        exitCode: 7,
      });
      expect(first).toHaveProperty('excerpt', expect.stringMatching(/./));
      expect(second).toHaveProperty(
        'fingerprint',
        first.outcome === 'failure' ? first.fingerprint : '',
      );
    });

    it('ends as cancelled within five seconds of the signal', async () => {
      const cancel = new AbortController();
      let cancelledAtMs = Infinity;
      const order = bench.order(bench.recipe(recipes.hanging));
      const { outcome } = await bench.build(executor, order, {
        signal: cancel.signal,
        onLog: (text) => {
          if (!text.includes('hanging-now') || cancel.signal.aborted) return;
          cancelledAtMs = performance.now();
          cancel.abort();
        },
      });
      expect(outcome).toMatchObject({
        outcome: 'failure',
        class: 'cancelled',
        code: 'build.cancelled',
      });
      expect(performance.now() - cancelledAtMs).toBeLessThan(5_000);
    });

    it('is stopped by the time limit, the silence limit and the log limit', async () => {
      const base = bench.order(bench.recipe(recipes.hanging));
      const hanging = async (limits: Partial<typeof base.limits>) =>
        (
          await bench.build(
            executor,
            bench.order({
              ...bench.recipe(recipes.hanging),
              limits: { ...base.limits, ...limits },
            }),
          )
        ).outcome;
      expect(await hanging({ timeMs: 1_500 })).toMatchObject({ code: 'build.time-limit' });
      expect(await hanging({ silenceMs: 1_000 })).toMatchObject({ code: 'build.silence-limit' });
      expect(await hanging({ logBytes: 40 })).toMatchObject({ code: 'build.log-limit' });
    });

    it('turns a missing recipe into a failure', async () => {
      const order = bench.order({
        ...bench.recipe(recipes.good.text),
        recipeFile: 'absent/stone.yaml',
      });
      expect((await bench.build(executor, order)).outcome).toMatchObject({ outcome: 'failure' });
    });
  });
}
