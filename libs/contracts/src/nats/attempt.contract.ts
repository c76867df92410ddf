import { z } from 'zod';
import { buildFailureSchema } from '../build-failure.js';
import { collectablesSchema } from '../collectable.js';
import { fenceSchema, sizeBytesSchema, uuidSchema } from '../values.js';
import { defineContract } from './nats-contract.js';

/** `taken`: summit has stored it. `refused`: it is of no use any more, throw the artefacts away. */
const answerSchema = z.object({
  outcome: z.enum(['taken', 'refused']),
  code: z.string().max(64).optional(),
});

const identity = {
  attemptId: uuidSchema,
  fence: fenceSchema,
  /** Length of the complete log, so that summit knows what it still misses. */
  logSizeBytes: sizeBytesSchema,
};

export const attemptSucceeded = defineContract({
  subject: 'builder.*.attempt.succeeded.v1',
  from: 'builder',
  to: 'summit',
  summary: 'A build is done; offered again until answered. Taking it reserves the task.',
  request: z.object({ ...identity, collectables: collectablesSchema }),
  reply: answerSchema,
  timeoutMs: 10_000,
});

export const attemptFailed = defineContract({
  subject: 'builder.*.attempt.failed.v1',
  from: 'builder',
  to: 'summit',
  summary: 'A build failed or was stopped; offered again until answered.',
  request: z.object({ ...identity, failure: buildFailureSchema }),
  reply: answerSchema,
  timeoutMs: 10_000,
});

/** Largest piece of log in one message. */
export const LOG_CHUNK_SIZE_BYTES_MAX = 262_144;

export const logAppend = defineContract({
  subject: 'builder.*.log.append.v1',
  from: 'builder',
  to: 'summit',
  summary:
    'Log bytes from an offset on. The reply says from where to send next, so nothing is lost or doubled.',
  bytes: 'request',
  request: z.object({ attemptId: uuidSchema, fence: fenceSchema, offset: sizeBytesSchema }),
  reply: z.object({ nextOffset: sizeBytesSchema }),
  timeoutMs: 10_000,
});
