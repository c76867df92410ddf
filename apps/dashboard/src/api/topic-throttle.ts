import { type Topic } from './query-keys.js';

/** Shortest time between two rounds of refreshing, however many events come. */
export const REFRESH_INTERVAL_MS = 1_000;
/** A first event waits this long for those that belong to it. */
export const REFRESH_DELAY_MS = 100;

/**
 * Collects topics and refreshes each at most once a round. The next round begins only when the last one's answers
 * are there, so that a slow summit is never asked twice at once and answers are never thrown away.
 */
export class TopicThrottle {
  readonly #dirty = new Set<Topic>();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isBusy = false;
  #isStopped = false;

  constructor(private readonly refresh: (topics: readonly Topic[]) => Promise<void>) {}

  mark(topics: readonly Topic[]): void {
    for (const topic of topics) this.#dirty.add(topic);
    if (this.#timer === null && !this.#isBusy) this.#wait(REFRESH_DELAY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isStopped = true;
  }

  #wait(delayMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#dirty.size > 0) void this.#round();
    }, delayMs);
  }

  async #round(): Promise<void> {
    this.#isBusy = true;
    const topics = [...this.#dirty];
    this.#dirty.clear();
    try {
      await this.refresh(topics);
    } finally {
      this.#isBusy = false;
      this.#wait(REFRESH_INTERVAL_MS);
    }
  }
}
