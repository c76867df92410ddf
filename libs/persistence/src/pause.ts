import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, but not longer than until the signal aborts. */
export async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await sleep(delayMs, undefined, { signal }).catch(() => undefined);
}
