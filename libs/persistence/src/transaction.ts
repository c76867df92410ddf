import { isTransactionConflict } from './conflict.js';
import { CONFLICT_RETRY, withRetry } from './retry.js';

const TRANSACTION_TIMEOUT_MS = 15_000;
const CONNECTION_WAIT_MS = 10_000;

/** How strictly a transaction is kept apart from others; Postgres' default is `ReadCommitted`. */
export type IsolationLevel = 'ReadCommitted' | 'RepeatableRead' | 'Serializable';

/** What Prisma clients (and anything like them) offer: work in one interactive transaction. */
export interface TransactionHost<Tx> {
  $transaction<R>(
    work: (tx: Tx) => Promise<R>,
    options?: { maxWait?: number; timeout?: number; isolationLevel?: IsolationLevel },
  ): Promise<R>;
}

/** The jitter of repetitions and the limits of one transaction. */
export interface TransactionOptions {
  readonly random: () => number;
  readonly isolationLevel?: IsolationLevel;
  /** Longest time for the work of one attempt, 15 s unless told. */
  readonly timeoutMs?: number;
  readonly attemptsMax?: number;
}

/**
 * Does the work in one transaction, and does it again, at most ten times, when Postgres ended it because of a rival
 * (serialization failure, deadlock). The work must have no effect outside the transaction.
 */
export function inTransaction<Tx, R>(
  db: TransactionHost<Tx>,
  work: (tx: Tx) => Promise<R>,
  options: TransactionOptions,
): Promise<R> {
  const { isolationLevel } = options;
  const limits = {
    maxWait: CONNECTION_WAIT_MS,
    timeout: options.timeoutMs ?? TRANSACTION_TIMEOUT_MS,
    ...(isolationLevel === undefined ? {} : { isolationLevel }),
  };
  return withRetry(() => db.$transaction(work, limits), {
    policy: {
      ...CONFLICT_RETRY,
      attemptsMax: options.attemptsMax ?? CONFLICT_RETRY.attemptsMax,
      random: options.random,
    },
    isRetryable: isTransactionConflict,
  });
}
