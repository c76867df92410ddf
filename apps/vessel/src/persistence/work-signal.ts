import type { Transaction } from './vessel-database.js';

/** The channel of `NOTIFY` by which a commit tells the leader that there is something to do. */
export const WORK_CHANNEL = 'vessel_work';

/** What there is to do. */
export type Work = 'outbox' | 'publication';

/** Tells the leader when, and only when, the transaction commits. */
export async function announceWork(tx: Transaction, work: Work): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${WORK_CHANNEL}, ${work})`;
}
