import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 10_000;
const INTERVAL_MS = 20;

/**
 * Calls `check` until it neither throws nor rejects, and returns its value; the last error is thrown when the time is
 * over (10 s unless told). Put the `expect` inside.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + (options.timeoutMs ?? TIMEOUT_MS);
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(options.intervalMs ?? INTERVAL_MS);
  }
}
