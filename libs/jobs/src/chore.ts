import { AppError } from '@cairn/contracts';
import { MINUTE_MS, SECOND_MS } from '@cairn/std';

const ATTEMPTS = 5;
const BACKOFF_BASE_MS = SECOND_MS;
const BACKOFF_MAX_MS = MINUTE_MS;
const TIMEOUT_MS = 10 * MINUTE_MS;
const CONCURRENCY = 1;
const CHORE_NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/;

/** Turns untrusted data into `Data` or throws; every zod schema is one. */
export interface DataSchema<Data> {
  parse(value: unknown): Data;
}

/** How long to wait before an attempt is repeated: doubling from `baseMs`, at most `maxMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * A short piece of work that may be lost, repeated and done twice without harm: its truth is in Postgres. Data is an
 * id, not a copy of the world.
 */
export interface Chore<Data> {
  /** `<noun>.<verb>`, unique in the app, such as `repositories.refresh`. */
  readonly name: string;
  readonly data: DataSchema<Data>;
  /** What the chore is about. Wishes with the same id become one that begins after the last of them. */
  readonly id: (data: Data) => string;
  /** Attempts in all. */
  readonly attempts: number;
  readonly backoff: Backoff;
  /** Whether another attempt can help. */
  readonly retryable: (error: unknown) => boolean;
  /** How many of this chore one process does at a time. */
  readonly concurrency: number;
  /** After this time the signal of an attempt aborts. */
  readonly timeoutMs: number;
}

/** Defines a chore. Left out: 5 attempts, 1 s to 1 min of backoff, one at a time, 10 min, retry unless the error says it is useless. */
export function defineChore<Data>(
  definition: Pick<Chore<Data>, 'name' | 'data' | 'id'> & Partial<Chore<Data>>,
): Chore<Data> {
  if (!CHORE_NAME.test(definition.name)) {
    throw new Error(`The chore name "${definition.name}" is not <noun>.<verb> in kebab-case`);
  }
  return {
    attempts: ATTEMPTS,
    backoff: { baseMs: BACKOFF_BASE_MS, maxMs: BACKOFF_MAX_MS },
    retryable: isWorthRetrying,
    concurrency: CONCURRENCY,
    timeoutMs: TIMEOUT_MS,
    ...definition,
  };
}

/** The pause after failed attempt number `attempt` (1 is the first), spread by `random` (0 up to 1) over its upper half. */
export function backoffMs(
  backoff: Backoff,
  failed: { readonly attempt: number; readonly random: number },
): number {
  const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (failed.attempt - 1));
  return Math.round(ceilingMs * (0.5 + failed.random / 2));
}

function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof AppError) || error.isRetryable;
}
