import type { VesselDatabase } from '../persistence/vessel-database.js';

const LOCK_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/**
 * Does the work unless somebody, here or in another replica, is doing it under this key; says whether it was done. The
 * lock is Postgres' and goes with its connection, so a killed process holds nothing up.
 */
export async function runExclusively(
  db: VesselDatabase,
  key: string,
  work: () => Promise<void>,
): Promise<boolean> {
  return db.client.$transaction(
    async (tx) => {
      const rows = await tx.$queryRaw<{ locked: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(hashtextextended(${key}, 0)) AS locked`;
      if (rows[0]?.locked !== true) return false;
      await work();
      return true;
    },
    { timeout: LOCK_TIMEOUT_MS, maxWait: LOCK_TIMEOUT_MS },
  );
}
