import { elapsedMs, SECOND_MS, type Instant } from '@cairn/std';

const FIRST_DELAY_MS = 250;
const DELAY_MS_MAX = 5 * SECOND_MS;
const DOUBLINGS_MAX = 10;
/** A builder that answers that it has no such artefact may still be reading its journal after a restart; no longer than this. */
const ABSENT_LIMIT_MS = 30 * SECOND_MS;

/** The pause after a number of tries without progress: doubling, capped at 5 s. */
export function tryDelayMs(tries: number): number {
  return Math.min(DELAY_MS_MAX, FIRST_DELAY_MS * 2 ** Math.min(tries, DOUBLINGS_MAX));
}

/** What a file system says that can take no more: full, at a quota, read-only, broken, out of handles. */
const DISK_FAULTS: readonly unknown[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EMFILE', 'ENFILE'];

/** Whether our own disk is to blame for an error, and nobody else. */
export function isDiskFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DISK_FAULTS.includes(error.code);
}

/** Whether a fetch is given up: nothing came for the set time, or sooner when the builder says that it has nothing. */
export function isGivenUp(facts: {
  readonly lastProgressAt: Instant;
  readonly now: Instant;
  readonly stagnationMs: number;
  readonly saysAbsent: boolean;
}): boolean {
  const { lastProgressAt, now, stagnationMs, saysAbsent } = facts;
  const limitMs = saysAbsent ? Math.min(stagnationMs, ABSENT_LIMIT_MS) : stagnationMs;
  return elapsedMs({ from: lastProgressAt, to: now }) >= limitMs;
}
