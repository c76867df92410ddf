import type { Transaction } from '../persistence/vessel-database.js';

/** Lets one writer at a time, over all replicas, change which files of a channel lie there; ends with the transaction. */
export async function lockFiles(tx: Transaction, channel: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`vessel.files.${channel}`}, 0))`;
}
