import { SeriesTable, type LabelValues, type Sample } from './metric.js';

/** A number that rises and falls. */
export class Gauge<Label extends string> {
  readonly type = 'gauge';
  readonly #series = new SeriesTable<number>();

  set(labels: LabelValues<Label>, value: number): void {
    this.#series.update(labels, { initial: () => 0, next: () => value });
  }

  /** Adds to the present value; a negative number subtracts. */
  add(labels: LabelValues<Label>, by: number): void {
    this.#series.update(labels, { initial: () => 0, next: (value) => value + by });
  }

  /** Forgets all series, for a gauge that is set anew at each reading. */
  reset(): void {
    this.#series.clear();
  }

  get droppedCount(): number {
    return this.#series.droppedCount;
  }

  samples(): readonly Sample[] {
    return [...this.#series].map(({ labels, value }) => ({ suffix: '', labels, value }));
  }
}
