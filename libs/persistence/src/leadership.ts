import { setTimeout as sleep } from 'node:timers/promises';
import {
  closeQuietly,
  connectDedicated,
  type DedicatedConnection,
} from './dedicated-connection.js';
import { pause } from './pause.js';

const KEEP_ALIVE_MS = 1_000;
const TAKEOVER_POLL_MS = 500;
const QUERY_TIMEOUT_MS = 5_000;
/** How long a term's work may take to notice its signal before a rival is let in. */
const STOP_GRACE_MS = 10_000;

/** One reign: from the moment the lock is held until it is lost or given up. */
export interface Term {
  /** Aborts when the lead is lost or given up; work of the leader stops then. */
  readonly signal: AbortSignal;
}

export interface LeadershipOptions {
  readonly connectionString: string;
  /** What is led, such as `summit.allocation`; replicas that give the same key are rivals within their database. */
  readonly key: string;
  /** Called when this process leads. When it rejects, the lead is given up and sought again. */
  readonly onGained: (term: Term) => void | Promise<void>;
  /** Called, and waited for, when the lead is lost or given up; in the orderly case before a rival can lead. */
  readonly onLost: () => void | Promise<void>;
  /** Told about lost connections and failed callbacks, for the log. */
  readonly onTrouble: (error: unknown) => void;
  /** Aborting gives the lead up for good. */
  readonly signal: AbortSignal;
  /** Time between proofs that the lock is still ours, 1 s unless told. */
  readonly keepAliveMs?: number;
  /** Time between attempts to become the leader, 0.5 s unless told. */
  readonly takeoverPollMs?: number;
}

/**
 * Keeps one of many replicas the leader, by a Postgres advisory lock on a connection of its own. Resolves after
 * `signal` aborted and the lock is free. A partition can make two believe that they lead for some seconds, so what the
 * leader writes must still be guarded by the database; leadership saves work, it does not protect data.
 */
export async function holdLeadership(options: LeadershipOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await seekAndLead(options);
    } catch (error) {
      options.onTrouble(error);
      await pause(options.takeoverPollMs ?? TAKEOVER_POLL_MS, options.signal);
    }
  }
}

async function seekAndLead(options: LeadershipOptions): Promise<void> {
  const connection = await connectDedicated({
    connectionString: options.connectionString,
    applicationName: `leadership ${options.key}`,
    queryTimeoutMs: QUERY_TIMEOUT_MS,
  });
  try {
    while (!(await tryLock(connection, options.key))) {
      await pause(options.takeoverPollMs ?? TAKEOVER_POLL_MS, options.signal);
      if (options.signal.aborted) return;
    }
    await lead(connection, options);
  } finally {
    await closeQuietly(connection.client);
  }
}

async function lead(connection: DedicatedConnection, options: LeadershipOptions): Promise<void> {
  if (options.signal.aborted) return;
  const term = new AbortController();
  const work = Promise.resolve(options.onGained({ signal: term.signal }));
  try {
    await Promise.race([
      failureOf(work),
      connection.lost.then((reason) => Promise.reject(reason)),
      proveRepeatedly(connection, { options, term }),
    ]);
  } finally {
    term.abort();
    await Promise.race([
      Promise.allSettled([work]),
      sleep(STOP_GRACE_MS, undefined, { ref: false }),
    ]);
    await options.onLost();
  }
}

/** Rejects when the work fails; that it is done does not end the term. */
function failureOf(work: Promise<void>): Promise<never> {
  return new Promise((_resolve, reject) => {
    work.catch(reject);
  });
}

async function proveRepeatedly(
  connection: DedicatedConnection,
  lead: { readonly options: LeadershipOptions; readonly term: AbortController },
): Promise<void> {
  const { options, term } = lead;
  const ending = AbortSignal.any([options.signal, term.signal]);
  for (;;) {
    await pause(options.keepAliveMs ?? KEEP_ALIVE_MS, ending);
    if (ending.aborted) return;
    await connection.client.query('SELECT 1');
  }
}

async function tryLock(connection: DedicatedConnection, key: string): Promise<boolean> {
  const { rows } = await connection.client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [key],
  );
  return rows[0]?.locked === true;
}
