import { AppError, LOG_CHUNK_SIZE_BYTES_MAX, logAppend } from '@cairn/contracts';
import { type Logger } from '@cairn/observability';
import { pauseAfter } from '../back-off.js';
import { type AttemptLedger } from '../journal/attempt-ledger.js';
import { isRunning, type Attempt } from '../journal/domain/attempt.js';
import { type SummitPort } from '../summit.port.js';
import { WakeablePause } from '../wakeable-pause.js';
import { afterError, afterReply, isDelivered, type LogStep } from './domain/log-progress.js';
import { type LogShelf } from './log-shelf.js';

/** New output waits this long for more of it, so that a chatty build is not one message per line. */
const GATHER_MS = 40;
/** A safety net only: growth and reconnects wake the pusher. */
const IDLE_MS = 60_000;
const RETRY = { firstMs: 250, maxMs: 15_000 };

/** Growth ends the waiting for more; only a new connection shortens the pause after a failure. */
interface Loop {
  readonly growth: WakeablePause;
  readonly retry: WakeablePause;
  done: Promise<void>;
}

/**
 * Brings every log to summit, live and complete: one loop per attempt sends the file from the offset that summit
 * names, and ends when the build has ended and everything is there.
 */
export class LogPusher {
  readonly #ledger: AttemptLedger;
  readonly #shelf: LogShelf;
  readonly #summit: SummitPort;
  readonly #log: Logger;
  readonly #random: () => number;
  readonly #stopping = new AbortController();
  readonly #loops = new Map<string, Loop>();

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

  /** Begins with every log that is not delivered, and from now on with those of new builds. */
  start(): void {
    this.#shelf.onGrowth((attemptId) => this.#wakeOne(attemptId));
    this.#ledger.onChange((attempt) => this.#consider(attempt));
    for (const attempt of this.#ledger.all().values()) this.#consider(attempt);
  }

  /** The connection is back: nobody waits any longer. */
  wake(): void {
    for (const { growth, retry } of this.#loops.values()) {
      growth.wake();
      retry.wake();
    }
  }

  /** Ends the loops; what is not delivered is in the files and is sent after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await Promise.allSettled([...this.#loops.values()].map(({ done }) => done));
  }

  #wakeOne(attemptId: string): void {
    this.#loops.get(attemptId)?.growth.wake();
  }

  #consider(attempt: Attempt): void {
    const { attemptId } = attempt.order;
    this.#wakeOne(attemptId);
    if (attempt.log !== 'pending' || this.#loops.has(attemptId)) return;
    if (this.#stopping.signal.aborted) return;
    const loop: Loop = {
      growth: new WakeablePause(),
      retry: new WakeablePause(),
      done: Promise.resolve(),
    };
    this.#loops.set(attemptId, loop);
    loop.done = this.#run(attempt, loop)
      .catch((error: unknown) => this.#log.error({ attemptId, err: error }, 'Log push failed'))
      .finally(() => this.#loops.delete(attemptId));
  }

  async #run(attempt: Attempt, { growth, retry }: Loop): Promise<void> {
    const { attemptId } = attempt.order;
    const { signal } = this.#stopping;
    let offset = 0;
    let failures = 0;
    while (!signal.aborted) {
      const isGrowing = this.#mayGrow(attemptId);
      const sizeBytes = this.#shelf.sizeBytes(attemptId);
      if (isDelivered({ offset, sizeBytes, isGrowing })) {
        await this.#ledger.setLogDelivery(attemptId, 'delivered');
        return;
      }
      if (offset >= sizeBytes) {
        await growth.wait(IDLE_MS, signal);
        if (this.#mayGrow(attemptId)) await gather(signal);
        continue;
      }
      const step = await this.#send(attempt, offset);
      if (step.kind === 'give-up') {
        this.#log.warn({ attemptId, code: step.code, offset, sizeBytes }, 'Log not wanted');
        await this.#ledger.setLogDelivery(attemptId, 'given-up');
        return;
      }
      const isForward = step.kind === 'go-on' && step.offset > offset;
      if (step.kind === 'go-on') offset = step.offset;
      failures = isForward ? 0 : failures + 1;
      if (isForward) continue;
      await retry.wait(pauseAfter(failures, RETRY, this.#random()), signal);
    }
  }

  /** A log that has not begun yet will still grow. */
  #mayGrow(attemptId: string): boolean {
    const attempt = this.#ledger.get(attemptId);
    return this.#shelf.isGrowing(attemptId) || (attempt !== undefined && isRunning(attempt));
  }

  async #send(attempt: Attempt, offset: number): Promise<LogStep> {
    const { attemptId, fence } = attempt.order;
    try {
      const bytes = await this.#shelf.read(attemptId, {
        offset,
        lengthBytes: LOG_CHUNK_SIZE_BYTES_MAX,
      });
      const reply = await this.#summit.requestWithBytes(
        logAppend,
        { attemptId, fence, offset },
        bytes,
      );
      return afterReply({ from: offset, to: offset + bytes.byteLength }, reply.nextOffset);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.#log.debug({ attemptId, code: error.code, offset }, 'Log piece not taken');
      return afterError(error.code, error.details, offset);
    }
  }
}

async function gather(signal: AbortSignal): Promise<void> {
  await new WakeablePause().wait(GATHER_MS, signal);
}
