import { setTimeout as sleep } from 'node:timers/promises';
import {
  childTrace,
  parseTraceparent,
  runInContext,
  SECONDS_BUCKETS,
  type Logger,
  type Metrics,
} from '@cairn/observability';
import { UnrecoverableError, Worker, type Job } from 'bullmq';
import type { Redis } from 'ioredis';
import { backoffMs, type Chore } from './chore.js';
import { assertEveryChoreHandled, type ChoreHandler } from './chore-handler.js';
import type { ChoreEnvelope, ChoreQueue } from './chore-queue.js';
import { ChoreTimers, type ChoreTimer } from './chore-timers.js';
import { connectRedis, KEY_PREFIX, queueName } from './redis.js';

/** A chore whose process died is taken up again after at most the sum of these. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
const STALLED_COUNT_MAX = 5;
const STOP_GRACE_MS = 10_000;

export interface ChoreHostOptions {
  readonly app: string;
  readonly redisUrl: string;
  /** Every chore of the app. */
  readonly chores: readonly Pick<Chore<never>, 'name'>[];
  readonly handlers: readonly ChoreHandler[];
  readonly timers: readonly ChoreTimer[];
  /** Where the timers wish. */
  readonly queue: ChoreQueue;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** From 0 up to 1, spreads the repetitions of failed chores. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Does the chores of one app. Throws at once when a chore has no handler or several. */
export class ChoreHost {
  readonly #options: ChoreHostOptions;
  readonly #stopping = new AbortController();
  readonly #connection: Redis;
  readonly #workers: readonly Worker[];
  readonly #timers: ChoreTimers;
  readonly #record: (chore: string, done: { outcome: string; seconds: number }) => void;

  constructor(options: ChoreHostOptions) {
    assertEveryChoreHandled(options);
    this.#options = options;
    this.#record = recorder(options.metrics);
    this.#connection = connectRedis(options.redisUrl, () => undefined);
    this.#workers = options.handlers.map((handler) => this.#startWorker(handler));
    this.#timers = new ChoreTimers(options);
  }

  /** Installs the timers, again where Redis lost them; also done by itself every 5 s. */
  ensureTimers(): Promise<void> {
    return this.#timers.ensure();
  }

  /** Takes no more chores, aborts the signal of those that run and gives them 10 s; what is cut off is done again later. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const closed = Promise.allSettled([
      this.#timers.close(),
      ...this.#workers.map((worker) => worker.close()),
    ]);
    const timer = new AbortController();
    const late = sleep(STOP_GRACE_MS, 'late', { signal: timer.signal }).catch(() => undefined);
    const outcome = await Promise.race([closed, late]);
    timer.abort();
    if (outcome === 'late') {
      this.#options.log.warn('Chores cut off');
      await Promise.allSettled(this.#workers.map((worker) => worker.close(true)));
    }
    this.#connection.disconnect();
  }

  #startWorker(handler: ChoreHandler): Worker {
    const { chore } = handler;
    const { app, log, random } = this.#options;
    const worker = new Worker<ChoreEnvelope>(
      queueName(app, chore.name),
      (job) => this.#work(handler, job),
      {
        connection: this.#connection,
        prefix: KEY_PREFIX,
        concurrency: chore.concurrency,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: STALLED_COUNT_MAX,
        settings: {
          backoffStrategy: (attempt) => backoffMs(chore.backoff, { attempt, random: random() }),
        },
      },
    );
    worker.on('error', (err) => log.warn({ err, chore: chore.name }, 'Chore worker failed'));
    return worker;
  }

  async #work(handler: ChoreHandler, job: Job<ChoreEnvelope>): Promise<void> {
    const trace = childTrace(parseTraceparent(job.data.traceparent));
    const fields = { chore: handler.chore.name, jobId: job.id ?? '' };
    await runInContext({ trace, fields }, () => this.#attempt(handler, job));
  }

  async #attempt({ chore, handle }: ChoreHandler, job: Job<ChoreEnvelope>): Promise<void> {
    const { log, now } = this.#options;
    const attempt = job.attemptsMade + 1;
    const startedAt = now();
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(chore.timeoutMs)]);
    const record = (outcome: string): void =>
      this.#record(chore.name, { outcome, seconds: (now() - startedAt) / 1_000 });
    try {
      await handle(job.data.data, { signal, attempt, log });
      record('done');
    } catch (err) {
      const willRetry = chore.retryable(err) && attempt < chore.attempts;
      record(willRetry ? 'retried' : 'failed');
      if (willRetry) {
        log.warn({ err, attempt }, 'Chore failed and will be repeated');
        throw err;
      }
      log.error({ err, attempt }, 'Chore failed for good');
      throw new UnrecoverableError(err instanceof Error ? err.message : String(err));
    }
  }
}

function recorder(
  metrics: Metrics,
): (chore: string, done: { outcome: string; seconds: number }) => void {
  const total = metrics.counter({
    name: 'cairn_chores_total',
    help: 'Attempts at chores by how they ended.',
    labels: ['chore', 'outcome'],
  });
  const duration = metrics.histogram({
    name: 'cairn_chore_duration_seconds',
    help: 'How long attempts at chores took.',
    labels: ['chore'],
    buckets: SECONDS_BUCKETS,
  });
  return (chore, { outcome, seconds }) => {
    total.increment({ chore, outcome });
    duration.observe({ chore }, seconds);
  };
}
