import { type Logger } from '@cairn/observability';
import { elapsedMs, HOUR_MS, MINUTE_MS, type Clock } from '@cairn/std';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { holdsArtefacts, isClosed, isRunning, type Attempt } from '../journal/domain/attempt.js';
import { removeTree } from '../remove-tree.js';
import { type StateDirectory } from '../state-directory.js';

/** A closed attempt is remembered this long, so that a repeated order does not build it again. */
const MEMORY_MS = HOUR_MS;
const SWEEP_INTERVAL_MS = 5 * MINUTE_MS;

/** Gives disk space back: artefacts as soon as nobody needs them, the rest when the attempt may be forgotten. */
export class AttemptCleaner {
  readonly #state: StateDirectory;
  readonly #ledger: AttemptLedger;
  readonly #clock: Clock;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: {
    readonly state: StateDirectory;
    readonly ledger: AttemptLedger;
    readonly clock: Clock;
    readonly log: Logger;
  }) {
    this.#state = parts.state;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.#log = parts.log;
  }

  start(): void {
    this.#ledger.onChange((attempt) => void this.#clean(attempt));
    this.#timer = setInterval(() => void this.sweep(), SWEEP_INTERVAL_MS);
    void this.sweep();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Cleans after every attempt, and forgets those whose time is over and whose log is delivered. */
  async sweep(): Promise<void> {
    for (const attempt of [...this.#ledger.all().values()]) {
      if (this.#isForgettable(attempt)) await this.#ledger.forget(attempt.order.attemptId);
      else await this.#clean(attempt);
    }
  }

  #isForgettable(attempt: Attempt): boolean {
    if (!isClosed(attempt) || attempt.log === 'pending' || attempt.closedAt === undefined) {
      return false;
    }
    return elapsedMs({ from: attempt.closedAt, to: this.#clock.now() }) >= MEMORY_MS;
  }

  async #clean(attempt: Attempt): Promise<void> {
    if (isRunning(attempt) || holdsArtefacts(attempt)) return;
    const { artefacts, work } = this.#state.attempt(attempt.order.attemptId);
    try {
      await removeTree(artefacts);
      await removeTree(work);
    } catch (error) {
      const { attemptId } = attempt.order;
      this.#log.error({ attemptId, err: error }, 'Files of an attempt not removed');
    }
  }
}
