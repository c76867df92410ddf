import { holdLeadership } from '@cairn/persistence';
import type { VesselDatabase } from './vessel-database.js';

const KEY_PREFIX = 'vessel.writer.';
/** The loss of the connection is told at once; this only finds one that has died silently. */
const KEEP_ALIVE_MS = 10_000;

/** Shows others that a process which writes to the data folder lives; Postgres keeps it for as long as the process has its connection. */
export interface WriterLock {
  /** Nothing is to be written before. */
  readonly held: Promise<void>;
  release(): Promise<void>;
}

/** Begins to seek the lock of a writer and, when it is lost with its connection, seeks it again. */
export function seekWriterLock(given: {
  readonly connectionString: string;
  readonly writerId: string;
  readonly onTrouble: (error: unknown) => void;
}): WriterLock {
  const { connectionString, writerId, onTrouble } = given;
  const ending = new AbortController();
  const held = Promise.withResolvers<undefined>();
  const holding = holdLeadership({
    connectionString,
    key: `${KEY_PREFIX}${writerId}`,
    signal: ending.signal,
    onGained: () => held.resolve(undefined),
    onLost: () => undefined,
    onTrouble,
    keepAliveMs: KEEP_ALIVE_MS,
  });
  const release = async () => {
    ending.abort();
    await holding;
  };
  return { held: held.promise, release };
}

/** Those of the writers that live no more; ids are never given twice, so they stay dead. */
export async function deadAmong(
  db: VesselDatabase,
  writerIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await db.client.$queryRaw<{ id: string }[]>`
    SELECT id FROM unnest(${[...writerIds]}::text[]) AS id
    WHERE pg_try_advisory_xact_lock(hashtextextended(${KEY_PREFIX} || id, 0))`;
  return new Set(rows.map(({ id }) => id));
}
