import { SeriesTable, type LabelValues, type Sample } from './metric.js';

interface Distribution {
  readonly counts: number[];
  count: number;
  sum: number;
}

/** From a millisecond to a minute, for durations in seconds of requests and chores. */
export const SECONDS_BUCKETS = [
  0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
] as const;

/** How values are spread over buckets with the given upper bounds. */
export class Histogram<Label extends string> {
  readonly type = 'histogram';
  readonly #series = new SeriesTable<Distribution>();
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = [...bounds].sort((a, b) => a - b);
  }

  observe(labels: LabelValues<Label>, value: number): void {
    this.#series.update(labels, {
      initial: () => ({ counts: this.#bounds.map(() => 0), count: 0, sum: 0 }),
      next: (distribution) => {
        const at = this.#bounds.findIndex((bound) => value <= bound);
        if (at !== -1) distribution.counts[at] = (distribution.counts[at] ?? 0) + 1;
        distribution.count += 1;
        distribution.sum += value;
        return distribution;
      },
    });
  }

  get droppedCount(): number {
    return this.#series.droppedCount;
  }

  samples(): readonly Sample[] {
    return [...this.#series].flatMap(({ labels, value }) => this.#samplesOf(labels, value));
  }

  #samplesOf(labels: Readonly<Record<string, string>>, spread: Distribution): readonly Sample[] {
    let below = 0;
    const buckets = this.#bounds.map((bound, at) => {
      below += spread.counts[at] ?? 0;
      return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below };
    });
    return [
      ...buckets,
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: spread.count },
      { suffix: '_sum', labels, value: spread.sum },
      { suffix: '_count', labels, value: spread.count },
    ];
  }
}
