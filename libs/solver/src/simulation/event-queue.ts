import { Heap } from '../graph/heap.js';

/** Events by time; those of one time come out in the order in which they went in. */
export class EventQueue<Event> {
  readonly #heap = new Heap<{
    readonly atMs: number;
    readonly order: number;
    readonly event: Event;
  }>((left, right) => left.atMs - right.atMs || left.order - right.order);
  #order = 0;

  /** Time of the next event, or Infinity. */
  nextAtMs(): number {
    return this.#heap.peek()?.atMs ?? Infinity;
  }

  push(atMs: number, event: Event): void {
    this.#heap.push({ atMs, order: this.#order, event });
    this.#order += 1;
  }

  pop(): Event | undefined {
    return this.#heap.pop()?.event;
  }
}
