import { type BuildOrder } from '@cairn/contracts';
import { GIB, HOUR_MS, MINUTE_MS, MIB } from '@cairn/std';

const ATTEMPT_ID = '0a3c1b52-7f6e-4b5a-9d3e-5b1f0c8e7a11';
const COMMIT = 'a'.repeat(40);

/** A well-formed order for tests; name what matters to the case. */
export function anOrder(facts: Partial<BuildOrder> = {}): BuildOrder {
  return {
    attemptId: ATTEMPT_ID,
    fence: 1,
    project: 'main',
    profile: 'default',
    source: 'hello',
    version: '1.0',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    repository: {
      url: 'https://git.example/recipes.git',
      branch: 'main',
      commit: COMMIT,
      recipePath: 'hello/stone.yaml',
    },
    remotes: [],
    networkAllowed: false,
    sourceDateEpoch: 1_700_000_000,
    limits: {
      timeMs: HOUR_MS,
      silenceMs: 10 * MINUTE_MS,
      memoryBytes: 2 * GIB,
      processes: 512,
      logSizeBytes: 16 * MIB,
      diskBytes: 4 * GIB,
    },
    mustUnderstand: [],
    ...facts,
  };
}
