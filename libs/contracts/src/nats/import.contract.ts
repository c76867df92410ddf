import { z } from 'zod';
import { pointerNameSchema } from '../channel-change.js';
import { collectablesSchema } from '../collectable.js';
import {
  architectureSchema,
  builderIdSchema,
  historyIdSchema,
  nameSchema,
  packageVersionSchema,
  releaseSchema,
  sentenceSchema,
  sha256Schema,
  sizeBytesSchema,
  sourceNameSchema,
  uuidSchema,
} from '../values.js';
import { defineContract } from './nats-contract.js';

/** What vessel read out of an imported package, and summit plans with. */
export const importedPackageSchema = z.object({
  name: sourceNameSchema,
  sha256: sha256Schema,
  sizeBytes: sizeBytesSchema,
  /** Canonical texts `kind(name)`. */
  provides: z.array(z.string().max(512)).max(20_000),
  depends: z.array(z.string().max(512)).max(20_000),
  /** Equal for two packages exactly when they install the same paths, debug information aside. */
  pathsSha256: sha256Schema.optional(),
});
export type ImportedPackage = z.infer<typeof importedPackageSchema>;

export const importStart = defineContract({
  subject: 'vessel.import.start.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    "Fetch an attempt's artefacts from its builder and stage them in the change set's line. Answered when stored; the outcome follows.",
  request: z.object({
    /** The attempt's id: one import per attempt. */
    importId: uuidSchema,
    changeSetId: uuidSchema,
    channel: nameSchema,
    /** Where the change set is to be published: its line begins with what that stream holds. */
    stream: pointerNameSchema.default('volatile'),
    builderId: builderIdSchema,
    expected: z.object({
      source: sourceNameSchema,
      version: packageVersionSchema,
      sourceRelease: releaseSchema,
      buildRelease: releaseSchema,
      architecture: architectureSchema,
    }),
    collectables: collectablesSchema,
  }),
  reply: z.object({ state: z.enum(['started', 'finished']) }),
  timeoutMs: 10_000,
});

export const importCancel = defineContract({
  subject: 'vessel.import.cancel.v1',
  from: 'summit',
  to: 'vessel',
  summary:
    'Give an import up. Refused when its outcome is already decided; otherwise it ends as lost.',
  request: z.object({ importId: uuidSchema, code: z.string().max(64) }),
  reply: z.object({ state: z.enum(['cancelled', 'decided', 'unknown']) }),
  timeoutMs: 10_000,
});

const refusal = { code: z.string().max(64), message: sentenceSchema(2_000) };

export const importFinished = defineContract({
  subject: 'summit.import.finished.v1',
  from: 'vessel',
  to: 'summit',
  summary:
    'Every byte is staged and checked, or the artefacts are refused, or they could not be fetched.',
  request: z.object({
    importId: uuidSchema,
    outcome: z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('staged'),
        /** History of the change set's staging line that holds them. */
        lineHistory: historyIdSchema,
        packages: z.array(importedPackageSchema).max(2_000),
      }),
      z.object({ kind: z.literal('refused'), ...refusal }),
      z.object({ kind: z.literal('lost'), ...refusal }),
    ]),
  }),
  reply: z.object({}),
  timeoutMs: 10_000,
});
