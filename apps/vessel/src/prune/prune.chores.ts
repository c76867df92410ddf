import { defineChore, repeatChore } from '@cairn/jobs';
import { HOUR_MS } from '@cairn/std';
import { z } from 'zod';

const PRUNE_INTERVAL_MS = 6 * HOUR_MS;
const PRUNE_TIMEOUT_MS = 2 * HOUR_MS;

/** Removes what nothing needs; doing it again is harmless. */
export const prunePoolChore = defineChore({
  name: 'pool.prune',
  data: z.strictObject({}),
  id: () => 'all',
  attempts: 1,
  timeoutMs: PRUNE_TIMEOUT_MS,
});

export const PRUNE_TIMERS = [repeatChore(prunePoolChore, { data: {}, everyMs: PRUNE_INTERVAL_MS })];
