import { seededRandom, standardNormal } from '../graph/random.js';
import { compareText } from '../graph/source-node.js';

/** Middle of the made-up durations. */
const MEDIAN_DURATION_MS = 120_000;

/** Heavy-tailed durations by source: log-normal with this sigma, the same for the same seed whatever the order of the names. */
export function logNormalDurationsMs(
  sources: readonly string[],
  shape: { readonly sigma: number; readonly seed: number },
): Map<string, number> {
  const random = seededRandom(shape.seed);
  const durations = new Map<string, number>();
  for (const source of [...sources].sort(compareText)) {
    durations.set(
      source,
      Math.max(1, Math.round(MEDIAN_DURATION_MS * Math.exp(shape.sigma * standardNormal(random)))),
    );
  }
  return durations;
}
