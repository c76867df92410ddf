// A full run repeats property tests far more often, all from one printed seed; fast-check itself prints the seed of a failure.
const FULL_RUNS = 2_000;

const { CAIRN_FULL: full, CAIRN_SEED: seed } = process.env;
if (full === '1' || seed !== undefined) {
  const { configureGlobal } = await import('fast-check');
  configureGlobal({
    ...(full === '1' ? { numRuns: FULL_RUNS } : {}),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
}

export {};
