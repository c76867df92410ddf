import { z } from 'zod';
import {
  architectureSchema,
  historyIdSchema,
  nameSchema,
  sentenceSchema,
  uuidSchema,
} from '../values.js';
import {
  channelChangeSchema,
  channelPlanSchema,
  pointerNameSchema,
  pruneReportSchema,
} from '../channel-change.js';
import { defineContract } from './nats-contract.js';

/** Streams that one wish may name: more than a project has profiles. */
const STREAMS_ENSURED_MAX = 64;

export const channelEnsure = defineContract({
  subject: 'vessel.channel.ensure.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    'Make sure that a channel exists, with an (empty) index of each architecture, and has these streams.',
  request: z.object({
    channel: nameSchema,
    architectures: z.array(architectureSchema).min(1),
    /** Besides `volatile`, which every channel has. A new one begins empty. */
    streams: z.array(pointerNameSchema).max(STREAMS_ENSURED_MAX).default([]),
  }),
  reply: z.object({ history: historyIdSchema }),
  timeoutMs: 15_000,
});

export const changeSetPublish = defineContract({
  subject: 'vessel.change-set.publish.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    "Promote a change set's staging line to a new version and move a stream to it. Answered when stored; the outcome follows.",
  request: z.object({ changeSetId: uuidSchema, channel: nameSchema, stream: nameSchema }),
  reply: z.object({ state: z.enum(['started', 'finished']) }),
  timeoutMs: 10_000,
});

export const changeSetPublished = defineContract({
  subject: 'summit.change-set.published.v1',
  from: 'vessel',
  to: 'summit',
  summary: 'A change set is installable, or was refused by the import rules.',
  request: z.object({
    changeSetId: uuidSchema,
    outcome: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('published'), channel: nameSchema, history: historyIdSchema }),
      z.object({
        kind: z.literal('refused'),
        code: z.string().max(64),
        message: sentenceSchema(2_000),
      }),
    ]),
  }),
  reply: z.object({}),
  timeoutMs: 10_000,
});

export const streamMoved = defineContract({
  subject: 'summit.stream.moved.v1',
  from: 'vessel',
  to: 'summit',
  summary: 'A stream of a channel points to another version, whoever moved it.',
  request: z.object({ channel: nameSchema, stream: pointerNameSchema, history: historyIdSchema }),
  reply: z.object({}),
  timeoutMs: 10_000,
});

export const channelChange = defineContract({
  subject: 'vessel.channel.change.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    'Promote, roll back, tag, remove, yank or pin: one commit, made once per change id; or, as a dry run, only what it would change.',
  request: channelChangeSchema.extend({ account: z.string().max(64) }),
  reply: channelPlanSchema,
  timeoutMs: 60_000,
});

export const poolPrune = defineContract({
  subject: 'vessel.pool.prune.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    'Remove what no stream, tag, lease or young version needs, after its grace window; or, as a dry run, only list it.',
  request: z.object({ isDryRun: z.boolean() }),
  reply: pruneReportSchema,
  timeoutMs: 120_000,
});
