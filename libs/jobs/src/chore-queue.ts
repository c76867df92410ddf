import { currentTrace, formatTraceparent, type Logger } from '@cairn/observability';
import { Queue, type JobsOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Chore } from './chore.js';
import { connectRedis, KEY_PREFIX, queueName, withinAnswerTime } from './redis.js';

const EVENTS_KEPT = 100;
const DATA_SIZE_BYTES_MAX = 64 * 1_024;

/** What a job carries in Redis. */
export interface ChoreEnvelope {
  readonly data: unknown;
  readonly traceparent?: string;
}

/** How many of a chore wait, run, and wait for another attempt. */
export interface ChoreCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

/** Where an app wishes for chores. A wish may be lost with Redis; what must happen is wished for again from Postgres. */
export class ChoreQueue {
  readonly #app: string;
  readonly #connection: Redis;
  readonly #queues = new Map<string, Queue>();

  constructor(options: { readonly app: string; readonly redisUrl: string; readonly log: Logger }) {
    this.#app = options.app;
    this.#connection = connectRedis(options.redisUrl, (err) =>
      options.log.debug({ err }, 'Redis connection failed'),
    );
  }

  /**
   * Asks for a chore. While one with the same id waits this changes nothing; while one runs, one more follows it, with
   * the newest data. Rejects when Redis does not answer within 5 s.
   */
  async wish<Data>(chore: Chore<Data>, data: Data): Promise<void> {
    const trace = currentTrace();
    const envelope: ChoreEnvelope = {
      data,
      ...(trace === undefined ? {} : { traceparent: formatTraceparent(trace) }),
    };
    const options: JobsOptions = {
      attempts: chore.attempts,
      backoff: { type: 'custom' },
      deduplication: { id: chore.id(data), keepLastIfActive: true },
      // What ended is in the log and in Postgres; kept here it would only fill Redis.
      removeOnComplete: true,
      removeOnFail: true,
      sizeLimit: DATA_SIZE_BYTES_MAX,
    };
    await withinAnswerTime(this.#connection, () =>
      this.#queue(chore.name).add(chore.name, envelope, options),
    );
  }

  /** What is in Redis for a chore at this moment. */
  async counts(chore: Pick<Chore<never>, 'name'>): Promise<ChoreCounts> {
    const counts = await withinAnswerTime(this.#connection, () =>
      this.#queue(chore.name).getJobCounts('waiting', 'active', 'delayed'),
    );
    return {
      waiting: counts['waiting'] ?? 0,
      active: counts['active'] ?? 0,
      delayed: counts['delayed'] ?? 0,
    };
  }

  /** Resolves when Redis answers, for a readiness check. */
  async ping(): Promise<void> {
    await withinAnswerTime(this.#connection, () => this.#connection.ping());
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
    this.#connection.disconnect();
  }

  #queue(choreName: string): Queue {
    const name = queueName(this.#app, choreName);
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(name, {
      connection: this.#connection,
      prefix: KEY_PREFIX,
      streams: { events: { maxLen: EVENTS_KEPT } },
    });
    // Failures reach whoever wished; without a listener they would end the process as well.
    queue.on('error', () => undefined);
    this.#queues.set(name, queue);
    return queue;
  }
}
