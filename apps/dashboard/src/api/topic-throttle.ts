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
  #busy = false;

  constructor(private readonly refresh: (topics: readonly Topic[]) => Promise<void>) {}

  mark(topics: readonly Topic[]): void {
    for (const topic of topics) this.#dirty.add(topic);
    this.#plan(REFRESH_DELAY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dirty.clear();
  }

  #plan(delayMs: number): void {
    if (this.#timer !== null || this.#busy || this.#dirty.size === 0) return;
    this.#timer = setTimeout(() => void this.#run(), delayMs);
  }

  async #run(): Promise<void> {
    this.#timer = null;
    this.#busy = true;
    const topics = [...this.#dirty];
    this.#dirty.clear();
    try {
      await this.refresh(topics);
    } finally {
      this.#busy = false;
      this.#plan(REFRESH_INTERVAL_MS);
    }
  }
}
