/** Label names with their values; a metric's series is told apart from its others by these. */
export type LabelValues<Label extends string> = Readonly<Record<Label, string>>;

/** What a metric is and how it is told apart. */
export interface MetricDefinition<Label extends string> {
  /** `cairn_<noun>_<unit>`, such as `cairn_builds_total` or `cairn_queue_age_seconds`. */
  readonly name: string;
  /** One sentence for the reader of the metric. */
  readonly help: string;
  readonly labels?: readonly Label[];
}

/** One line of the exposition. */
export interface Sample {
  readonly suffix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Series per metric; further label values are not kept, so that a caller who controls one cannot fill the memory. */
export const SERIES_PER_METRIC_MAX = 2_000;

/** The values of one metric by their labels, bounded in number. */
export class SeriesTable<Value> {
  readonly #series = new Map<string, { readonly labels: Record<string, string>; value: Value }>();
  #dropped = 0;

  /** Replaces the value of a series; `initial` begins it. Past the bound the change is dropped and counted. */
  update(
    labels: Readonly<Record<string, string>>,
    change: { readonly initial: () => Value; readonly next: (value: Value) => Value },
  ): void {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const series = this.#series.get(key);
    if (series !== undefined) {
      series.value = change.next(series.value);
    } else if (this.#series.size < SERIES_PER_METRIC_MAX) {
      this.#series.set(key, { labels: { ...labels }, value: change.next(change.initial()) });
    } else {
      this.#dropped += 1;
    }
  }

  get droppedCount(): number {
    return this.#dropped;
  }

  clear(): void {
    this.#series.clear();
  }

  *[Symbol.iterator](): Iterator<{
    readonly labels: Record<string, string>;
    readonly value: Value;
  }> {
    yield* this.#series.values();
  }
}
