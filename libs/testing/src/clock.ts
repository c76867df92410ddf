import { after, type Clock, type Instant } from '@cairn/std';

const START = 1_790_000_000_000 as Instant;

/** A clock that stands still until it is told to go on. */
export class ManualClock implements Clock {
  #now: Instant;

  constructor(start: Instant = START) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** Moves the clock; a negative number turns it back. */
  advance(ms: number): void {
    this.#now = after(this.#now, ms);
  }
}
