/** First pause, and the longest one. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after so many failures in a row (at least 1): doubling up to the maximum, of which `jitter`
 * (0 to 1) takes away up to a half, so that many builders do not come back at the same moment.
 */
export function pauseAfter(failures: number, backOff: BackOff, jitter: number): number {
  const doubled = backOff.firstMs * 2 ** Math.min(failures - 1, 30);
  return Math.round(Math.min(doubled, backOff.maxMs) * (1 - jitter / 2));
}
