import { type RebuildDetail, type RebuildStepView, type RebuildView } from '@cairn/contracts';

/** As many steps as a distribution has sources. */
export const SAMPLE_STEPS = 1_737;
const LAYER_SIZE = 100;
const STANDINGS = ['built', 'building', 'ready', 'blocked', 'waiting'] as const;

export const SAMPLE_REBUILD: RebuildView = {
  id: '0b0e6c5e-94a5-4c4e-8b0a-0d5b7f1f7a02',
  project: 'main',
  profile: 'main-x86-64',
  changeSetId: '1b0e6c5e-94a5-4c4e-8b0a-0d5b7f1f7a03',
  state: 'running',
  changed: null,
  cutOff: false,
  byStage: false,
  round: 1,
  account: 'ada',
  createdAt: 1_750_000_000_000,
  endedAt: null,
  publishedHistory: null,
  refusal: null,
  steps: {
    total: SAMPLE_STEPS,
    waiting: 900,
    ready: 30,
    blocked: 7,
    building: 40,
    built: 759,
    failed: 1,
    spared: 0,
    cancelled: 0,
  },
  forecast: {
    builderHours: 61.5,
    remainingMs: 7_200_000,
    remainingLowMs: 6_600_000,
    remainingHighMs: 8_000_000,
  },
};

/** A graph of the size of a real distribution: layers of sources, each needing some of the layer before. */
export function sampleRebuild(): RebuildDetail {
  const graph = Array.from({ length: SAMPLE_STEPS }, (_, place): RebuildStepView => {
    const layer = Math.floor(place / LAYER_SIZE);
    const before = layer === 0 ? [] : [1, 7, 31, 53].map((step) => beforeOf(place, step));
    const standing = STANDINGS[Math.min(layer >> 2, STANDINGS.length - 1)] ?? 'waiting';
    return {
      id: `source-${place}@0`,
      source: `source-${place}`,
      stage: 0,
      after: before.map((each) => `source-${each}@0`),
      published: [],
      without: [],
      taskId: place + 1,
      state: 'new',
      standing,
      reason: { code: standing, sentence: `It is ${standing}.`, tasks: [] },
    };
  });
  return { rebuild: SAMPLE_REBUILD, graph };
}

function beforeOf(place: number, step: number): number {
  const layer = Math.floor(place / LAYER_SIZE);
  return (layer - 1) * LAYER_SIZE + ((place * step) % LAYER_SIZE);
}
