import { invariant } from '@cairn/std';
import { SeriesTable, type LabelValues, type Sample } from './metric.js';

/** A number that only rises; its name ends in `_total`. */
export class Counter<Label extends string> {
  readonly type = 'counter';
  readonly #series = new SeriesTable<number>();

  /** Adds to the series with these labels; `by` is not negative. */
  increment(labels: LabelValues<Label>, by = 1): void {
    invariant(by >= 0, 'a counter only rises');
    this.#series.update(labels, { initial: () => 0, next: (value) => value + by });
  }

  get droppedCount(): number {
    return this.#series.droppedCount;
  }

  samples(): readonly Sample[] {
    return [...this.#series].map(({ labels, value }) => ({ suffix: '', labels, value }));
  }
}
