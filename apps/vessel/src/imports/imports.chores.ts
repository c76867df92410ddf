import { defineChore } from '@cairn/jobs';
import { MINUTE_MS } from '@cairn/std';
import { z } from 'zod';

/** Imports that one process fetches at once. */
export const IMPORTS_AT_ONCE_MAX = 8;
/** Longest time of one try; a larger fetch goes on in the next, so that a slow builder does not keep its place for ever. */
const TRY_TIMEOUT_MS = 10 * MINUTE_MS;

/** One try of one import. Postgres says when the next is due, so a failed one is not repeated from here. */
export const runImport = defineChore({
  name: 'imports.run',
  data: z.strictObject({ importId: z.uuid() }),
  id: ({ importId }) => importId,
  attempts: 1,
  concurrency: IMPORTS_AT_ONCE_MAX,
  timeoutMs: TRY_TIMEOUT_MS,
});
