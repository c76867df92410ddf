import { defineChore, repeatChore } from '@cairn/jobs';
import { HOUR_MS } from '@cairn/std';
import { z } from 'zod';

const RENEWAL_INTERVAL_MS = 6 * HOUR_MS;
const RENEWAL_TIMEOUT_MS = HOUR_MS;

/** Signs anew what will not be believed for ever; doing it again is harmless. */
export const renewSignaturesChore = defineChore({
  name: 'signatures.renew',
  data: z.strictObject({}),
  id: () => 'all',
  timeoutMs: RENEWAL_TIMEOUT_MS,
});

export const SIGNATURE_TIMERS = [
  repeatChore(renewSignaturesChore, { data: {}, everyMs: RENEWAL_INTERVAL_MS }),
];
