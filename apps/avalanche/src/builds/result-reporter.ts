import {
  AppError,
  attemptFailed,
  attemptSucceeded,
  type ErrorCode,
  type ReplyOf,
} from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { pauseAfter } from '../back-off.js';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { type Attempt } from '../journal/domain/attempt.js';
import { type LogShelf } from '../log-spool/log-shelf.js';
import { type SummitPort } from '../summit.port.js';
import { WakeablePause } from '../wakeable-pause.js';

const RETRY = { firstMs: 500, maxMs: 30_000 };

/** Errors that say that summit will never want the result. */
const FINAL_CODES: readonly ErrorCode[] = ['attempt.not-found', 'attempt.fence-stale'];

type Answer = ReplyOf<typeof attemptSucceeded>;

/** Offers every result until summit has answered it. */
export class ResultReporter {
  readonly #ledger: AttemptLedger;
  readonly #shelf: LogShelf;
  readonly #summit: SummitPort;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #stopping = new AbortController();
  readonly #retry = new WakeablePause();
  readonly #loops = new Map<string, Promise<void>>();

  constructor(parts: {
    readonly ledger: AttemptLedger;
    readonly shelf: LogShelf;
    readonly summit: SummitPort;
    readonly log: Logger;
    readonly random: () => number;
  }) {
    this.#ledger = parts.ledger;
    this.#shelf = parts.shelf;
    this.#summit = parts.summit;
    this.#log = parts.log;
    this.#random = parts.random;
  }

  /** Begins with what was not answered before a restart, and from now on with every new result. */
  start(): void {
    this.#ledger.onChange((attempt) => this.#consider(attempt));
    for (const attempt of this.#ledger.all().values()) this.#consider(attempt);
  }

  /** The connection is back: offer now. */
  wake(): void {
    this.#retry.wake();
  }

  /** Gives the offers under way so long, then ends; what is not answered is offered after the next start. */
  async stop(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), graceMs);
    await Promise.race([
      Promise.allSettled(this.#loops.values()),
      new Promise((resolve) => {
        this.#stopping.signal.addEventListener('abort', resolve, { once: true });
      }),
    ]);
    clearTimeout(timer);
    this.#stopping.abort();
  }

  #consider(attempt: Attempt): void {
    const { attemptId } = attempt.order;
    if (attempt.status !== 'reporting' || this.#loops.has(attemptId)) return;
    if (this.#stopping.signal.aborted) return;
    const loop = this.#run(attemptId)
      .catch((error: unknown) => this.#log.error({ attemptId, err: error }, 'Report failed'))
      .finally(() => this.#loops.delete(attemptId));
    this.#loops.set(attemptId, loop);
  }

  async #run(attemptId: string): Promise<void> {
    for (let failures = 0; !this.#stopping.signal.aborted;) {
      const attempt = this.#ledger.get(attemptId);
      if (attempt?.status !== 'reporting') return;
      const answer = await this.#offer(attempt);
      if (answer === undefined) {
        failures += 1;
        const pauseMs = pauseAfter(failures, RETRY, this.#random());
        await this.#retry.wait(pauseMs, this.#stopping.signal);
        continue;
      }
      const now = this.#ledger.get(attemptId);
      // Cancelled while the offer was under way: there is another result to offer.
      if (now?.status === 'reporting' && now.result !== attempt.result) continue;
      if (now?.status !== 'reporting') return;
      const { outcome, code } = answer;
      this.#log.info({ attemptId, outcome, code }, 'Result answered');
      await this.#ledger.apply(attemptId, { kind: outcome });
    }
  }

  /** Offers once; undefined when it must be offered again. */
  async #offer(attempt: Attempt): Promise<Answer | undefined> {
    const { attemptId, fence } = attempt.order;
    const { result } = attempt;
    const identity = { attemptId, fence, logSizeBytes: this.#shelf.sizeBytes(attemptId) };
    try {
      if (result?.kind === 'success') {
        const collectables = [...result.collectables];
        return await this.#summit.request(attemptSucceeded, { ...identity, collectables });
      }
      if (result === undefined) throw new Error('an attempt that reports has a result');
      const { failure } = result;
      return await this.#summit.request(attemptFailed, { ...identity, failure });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (FINAL_CODES.includes(error.code)) return { outcome: 'refused', code: error.code };
      const level = error.isRetryable ? 'info' : 'error';
      this.#log[level]({ attemptId, code: error.code, err: error }, 'Result not answered');
      return undefined;
    }
  }
}
