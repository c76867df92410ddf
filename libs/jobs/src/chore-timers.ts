import type { Logger } from '@cairn/observability';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Chore } from './chore.js';
import type { ChoreQueue } from './chore-queue.js';
import { connectRedis, KEY_PREFIX, queueName, withinAnswerTime } from './redis.js';

const RECONCILE_MS = 5_000;
/** How much later than planned a tick may be before the timer counts as broken. */
const OVERDUE_GRACE_MS = 15_000;
const TICKS = 'timers.tick';

/** A wish that is repeated; all replicas together wish once per interval. */
export interface ChoreTimer {
  readonly id: string;
  readonly everyMs: number;
  readonly wish: (queue: ChoreQueue) => Promise<void>;
}

/** Wishes for a chore again and again; the timer is told from others by the chore's name and id. */
export function repeatChore<Data>(
  chore: Chore<Data>,
  options: { readonly data: Data; readonly everyMs: number },
): ChoreTimer {
  return {
    id: `${chore.name}/${chore.id(options.data)}`,
    everyMs: options.everyMs,
    wish: (queue) => queue.wish(chore, options.data),
  };
}

/** Keeps the timers of an app in Redis, where one replica at a time fires each, and puts them back when Redis lost them. */
export class ChoreTimers {
  readonly #timers: ReadonlyMap<string, ChoreTimer>;
  readonly #log: Logger;
  readonly #now: () => number;
  readonly #connection: Redis;
  readonly #schedulers: Queue;
  readonly #worker: Worker;
  readonly #reconciling: NodeJS.Timeout;

  constructor(options: {
    readonly app: string;
    readonly redisUrl: string;
    readonly timers: readonly ChoreTimer[];
    readonly queue: ChoreQueue;
    readonly log: Logger;
    readonly now: () => number;
  }) {
    this.#timers = new Map(options.timers.map((timer) => [timer.id, timer]));
    this.#log = options.log;
    this.#now = options.now;
    this.#connection = connectRedis(options.redisUrl, () => undefined);
    const name = queueName(options.app, TICKS);
    this.#schedulers = new Queue(name, { connection: this.#connection, prefix: KEY_PREFIX });
    this.#schedulers.on('error', () => undefined);
    this.#worker = new Worker(
      name,
      async (job) => this.#timers.get(job.name)?.wish(options.queue),
      {
        connection: this.#connection,
        prefix: KEY_PREFIX,
        concurrency: 4,
        removeOnComplete: { count: 0 },
        removeOnFail: { count: 0 },
      },
    );
    this.#worker.on('error', (err) => this.#log.warn({ err }, 'Timer worker failed'));
    this.#reconciling = setInterval(() => void this.#reconcile(), RECONCILE_MS);
    this.#reconciling.unref();
  }

  /** Puts back each timer that Redis lost or that has stopped ticking, and removes those that are no longer wanted. */
  ensure(): Promise<void> {
    return withinAnswerTime(this.#connection, () => this.#install());
  }

  async close(): Promise<void> {
    clearInterval(this.#reconciling);
    await Promise.allSettled([this.#worker.close(), this.#schedulers.close()]);
    this.#connection.disconnect();
  }

  async #install(): Promise<void> {
    const installed = new Map(
      (await this.#schedulers.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler]),
    );
    for (const { id, everyMs } of this.#timers.values()) {
      const found = installed.get(id);
      installed.delete(id);
      const isOverdue = this.#now() > (found?.next ?? 0) + everyMs + OVERDUE_GRACE_MS;
      if (found !== undefined && Number(found.every) === everyMs && !isOverdue) continue;
      await this.#schedulers.upsertJobScheduler(id, { every: everyMs }, { name: id });
      this.#log.info({ timer: id, everyMs }, 'Timer installed');
    }
    for (const id of installed.keys()) await this.#schedulers.removeJobScheduler(id);
  }

  async #reconcile(): Promise<void> {
    try {
      await this.ensure();
    } catch (err) {
      this.#log.warn({ err }, 'Timers not checked');
    }
  }
}
