import { z } from 'zod';
import {
  architectureSchema,
  commitSchema,
  fenceSchema,
  historyIdSchema,
  nameSchema,
  packageVersionSchema,
  releaseSchema,
  sha256Schema,
  sizeBytesSchema,
  sourceNameSchema,
  uuidSchema,
} from '../values.js';
import { defineContract } from './nats-contract.js';

/** A repository that a build resolves its dependencies against. The higher priority wins. */
export const orderRemoteSchema = z.object({
  name: nameSchema,
  priority: z.number().int().min(0),
  /** URL of a `stone.index`, of one immutable version wherever we publish it ourselves. */
  indexUrl: z.url(),
});

export const buildLimitsSchema = z.object({
  timeMs: z.number().int().positive(),
  silenceMs: z.number().int().positive(),
  memoryBytes: z.number().int().positive(),
  processes: z.number().int().positive(),
  logSizeBytes: z.number().int().positive(),
  diskBytes: z.number().int().positive(),
});

export const orderBuild = defineContract({
  subject: 'builder.*.order.build.v1',
  from: 'summit',
  to: 'builder',
  summary:
    'Build one recipe. Answered when the builder has journalled it, or with the reason why it cannot.',
  request: z.object({
    attemptId: uuidSchema,
    fence: fenceSchema,
    project: nameSchema,
    profile: nameSchema,
    source: sourceNameSchema,
    version: packageVersionSchema,
    sourceRelease: releaseSchema,
    buildRelease: releaseSchema,
    architecture: architectureSchema,
    repository: z.object({
      url: z.string().max(2_048),
      branch: z.string().max(255),
      commit: commitSchema,
      /** Path of the recipe file inside the repository, `/`-separated. */
      recipePath: z.string().max(1_024),
    }),
    /** History of our own channel that this build is pinned to; absent when nothing is published yet. */
    pinnedHistory: historyIdSchema.optional(),
    remotes: z.array(orderRemoteSchema).max(32),
    /** Build dependencies that this build does without: the first of a bootstrap. */
    without: z.array(z.string().max(256)).max(1_000).optional(),
    networkAllowed: z.boolean(),
    sourceDateEpoch: z.number().int().min(0),
    limits: buildLimitsSchema,
    /** Names of features without which the order must not be carried out. */
    mustUnderstand: z.array(z.string().max(64)).max(32),
  }),
  reply: z.object({ slot: z.number().int().min(0) }),
  timeoutMs: 10_000,
});

export const orderCancel = defineContract({
  subject: 'builder.*.order.cancel.v1',
  from: 'summit',
  to: 'builder',
  summary:
    'Stop a build and throw its artefacts away. Answered at once; the process tree is gone soon after.',
  request: z.object({ attemptId: uuidSchema, fence: fenceSchema }),
  reply: z.object({ state: z.enum(['stopping', 'unknown']) }),
  timeoutMs: 4_000,
});

/** Largest piece of an artefact in one reply. */
export const ARTEFACT_CHUNK_SIZE_BYTES_MAX = 524_288;

export const artefactRead = defineContract({
  subject: 'builder.*.artefact.read.v1',
  from: 'vessel',
  to: 'builder',
  summary:
    'Bytes of a finished artefact, by SHA-256 and offset. Served on a connection of its own.',
  bytes: 'reply',
  request: z.object({
    attemptId: uuidSchema,
    sha256: sha256Schema,
    offset: sizeBytesSchema,
    lengthBytes: z.number().int().min(1).max(ARTEFACT_CHUNK_SIZE_BYTES_MAX),
  }),
  reply: z.object({ sizeBytes: sizeBytesSchema }),
  timeoutMs: 15_000,
});

export type BuildOrder = z.infer<typeof orderBuild.request>;
export type BuildLimits = z.infer<typeof buildLimitsSchema>;
export type OrderRemote = z.infer<typeof orderRemoteSchema>;
