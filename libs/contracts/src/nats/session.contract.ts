import { z } from 'zod';
import { machineFactsSchema, machineStateSchema } from '../machine.js';
import {
  architectureSchema,
  fenceSchema,
  instantSchema,
  sizeBytesSchema,
  uuidSchema,
} from '../values.js';
import { defineContract } from './nats-contract.js';

/** Most builds that one builder may run or hold results of at once. */
export const ATTEMPTS_PER_BUILDER_MAX = 256;

/** What a builder says of an attempt that it knows. */
export const attemptReportSchema = z.object({
  attemptId: uuidSchema,
  fence: fenceSchema,
  /** `building`; `reporting` = the result is being offered; `holding` = artefacts are kept until they are fetched. */
  state: z.enum(['building', 'reporting', 'holding']),
  step: z.string().max(64).optional(),
  logSizeBytes: sizeBytesSchema,
});
export type AttemptReport = z.infer<typeof attemptReportSchema>;

/** What summit wants done with it: go on, stop and throw away, or let go of the artefacts. */
export const attemptVerdictSchema = z.object({
  attemptId: uuidSchema,
  verdict: z.enum(['continue', 'stop', 'release']),
  reason: z.string().max(64).optional(),
});
export type AttemptVerdict = z.infer<typeof attemptVerdictSchema>;

const attemptsSchema = z.array(attemptReportSchema).max(ATTEMPTS_PER_BUILDER_MAX);
const verdictsSchema = z.array(attemptVerdictSchema).max(ATTEMPTS_PER_BUILDER_MAX);

export const hello = defineContract({
  subject: 'builder.*.session.hello.v1',
  from: 'builder',
  to: 'summit',
  summary: 'A builder introduces itself after each connection.',
  request: z.object({
    version: z.string().max(32),
    contracts: z.array(z.string().max(128)).max(256),
    features: z.array(z.string().max(64)).max(64),
    /** New for each process, so that a restart can be told from a reconnect. */
    instanceId: uuidSchema,
    slots: z.number().int().min(1).max(64),
    architectures: z.array(architectureSchema).min(1),
    machine: machineFactsSchema,
    attempts: attemptsSchema,
  }),
  reply: z.object({
    version: z.string(),
    features: z.array(z.string()),
    heartbeatIntervalMs: z.number().int().positive(),
    verdicts: verdictsSchema,
  }),
  timeoutMs: 10_000,
});

export const heartbeat = defineContract({
  subject: 'builder.*.session.heartbeat.v1',
  from: 'builder',
  to: 'summit',
  summary: 'A builder renews the leases of its attempts and tells how its machine is.',
  request: z.object({
    instanceId: uuidSchema,
    sentAt: instantSchema,
    machine: machineStateSchema,
    attempts: attemptsSchema,
    /** Set when it takes no further orders: `draining` by its operator, `disk-full` by itself. */
    refusing: z.enum(['draining', 'disk-full']).optional(),
  }),
  reply: z.object({ verdicts: verdictsSchema }),
  timeoutMs: 5_000,
});
