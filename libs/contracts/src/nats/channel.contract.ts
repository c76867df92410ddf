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
  differenceSchema,
  pruneReportSchema,
} from '../channel-change.js';
import {
  capabilityQuerySchema,
  capabilityUsersSchema,
  channelViewSchema,
  differenceQuerySchema,
  packagePageSchema,
  packageQuerySchema,
} from '../channel-view.js';
import { defineContract } from './nats-contract.js';

export const channelEnsure = defineContract({
  subject: 'vessel.channel.ensure.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'Make sure that a channel exists, with an (empty) index of each architecture.',
  request: z.object({ channel: nameSchema, architectures: z.array(architectureSchema).min(1) }),
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
  request: z.object({ channel: nameSchema, stream: nameSchema, history: historyIdSchema }),
  reply: z.object({}),
  timeoutMs: 10_000,
});

export const channelList = defineContract({
  subject: 'vessel.channel.list.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'All channels with their streams and latest versions.',
  request: z.object({}),
  reply: z.object({ repositoryUrl: z.url(), channels: z.array(channelViewSchema) }),
  timeoutMs: 5_000,
});

export const packageList = defineContract({
  subject: 'vessel.package.list.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'A page of the packages in a version.',
  request: packageQuerySchema.extend({ channel: nameSchema }),
  reply: packagePageSchema,
  timeoutMs: 5_000,
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

export const versionDifference = defineContract({
  subject: 'vessel.version.difference.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'What differs between two versions of a channel.',
  request: differenceQuerySchema.extend({ channel: nameSchema }),
  reply: differenceSchema,
  timeoutMs: 10_000,
});

export const capabilityUsers = defineContract({
  subject: 'vessel.capability.users.v1',
  from: 'summit',
  to: 'vessel',
  summary: 'Who provides and who needs a capability in a version.',
  request: capabilityQuerySchema.extend({ channel: nameSchema }),
  reply: capabilityUsersSchema,
  timeoutMs: 10_000,
});
