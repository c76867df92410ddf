import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const RECONNECT_STEP_MS = 100;
const RECONNECT_MAX_MS = 2_000;
/** How long a caller waits for Redis. */
const ANSWER_TIMEOUT_MS = 5_000;
const READY_POLL_MS = 50;
/** Before every key of ours, so that one Redis may serve others too. */
export const KEY_PREFIX = 'cairn';

/** A connection that comes back by itself, however long Redis is away. Failures are told to `onTrouble`. */
export function connectRedis(url: string, onTrouble: (error: Error) => void): Redis {
  const connection = new Redis(url, {
    // BullMQ's blocking commands wait longer than any number of retries.
    maxRetriesPerRequest: null,
    retryStrategy: (times: number) => Math.min(times * RECONNECT_STEP_MS, RECONNECT_MAX_MS),
  });
  connection.on('error', onTrouble);
  return connection;
}

/**
 * Does something with Redis and rejects when that takes more than 5 s. While Redis is away nothing is begun, so that
 * neither callers nor commands pile up.
 */
export async function withinAnswerTime<T>(
  connection: Redis,
  command: () => Promise<T>,
): Promise<T> {
  const timer = new AbortController();
  const late = sleep(ANSWER_TIMEOUT_MS, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Redis did not answer within ${ANSWER_TIMEOUT_MS} ms`);
  });
  try {
    await Promise.race([becomesReady(connection, timer.signal), late]);
    return await Promise.race([command(), late]);
  } finally {
    timer.abort();
  }
}

async function becomesReady(connection: Redis, signal: AbortSignal): Promise<void> {
  while (connection.status !== 'ready' && !signal.aborted) await sleep(READY_POLL_MS);
}

/** The name of the BullMQ queue of a chore; a queue each, so that a slow chore holds up no other. */
export function queueName(app: string, choreName: string): string {
  return `${app}.${choreName}`;
}
