import { z } from 'zod';
import {
  architectureSchema,
  historyIdSchema,
  nameSchema,
  sentenceSchema,
  sha256Schema,
  sourceNameSchema,
  uuidSchema,
} from './values.js';

/** Channels and streams that one change may touch at once. */
export const TARGETS_MAX = 16;
/** Packages or sources that one change may name. */
export const SELECTION_MAX = 5_000;
/** Packages of one difference that are listed; the counts are always of all. */
export const DIFFERENCE_LISTED_MAX = 500;
const REASON_LENGTH_MAX = 500;

/** Names of streams and tags, by the repository format's rule. */
export const pointerNameSchema = historyIdSchema;

/** `stream/<name>`, `tag/<name>` or `history/<id>`. */
export const versionReferenceSchema = z
  .string()
  .max(72)
  .regex(/^(stream|tag|history)\/[a-zA-Z0-9][a-zA-Z0-9-]*$/, 'stream/NAME, tag/NAME or history/ID');

/** A package name in a stream, of one architecture or of all that have it. */
export const packageSelectorSchema = z.strictObject({
  name: sourceNameSchema,
  architecture: architectureSchema.optional(),
});
export type PackageSelector = z.infer<typeof packageSelectorSchema>;

const selectors = z.array(packageSelectorSchema).min(1).max(SELECTION_MAX);
const inStream = { channel: nameSchema, stream: pointerNameSchema };

/** What the gate looks at before a stream moves. */
export const GATE_RULES = [
  /** Something is needed that neither the stream nor its remotes provide, and was provided before. */
  'dependencies',
  /** Two packages have a file at the same path. */
  'file-conflicts',
  /** A package has a lower release than before. */
  'lower-release',
  /** Packages of one build are missing, or a source's packages are of different builds. */
  'siblings',
  /** A new set-user-id file, a new network tool, a new script that every login runs. */
  'privileges',
] as const;
export type GateRule = (typeof GATE_RULES)[number];
export const GATE_LEVELS = ['off', 'warn', 'block'] as const;
export type GateLevel = (typeof GATE_LEVELS)[number];

const gateSchema = z.partialRecord(z.enum(GATE_RULES), z.enum(GATE_LEVELS));

/** Findings that one change reports. */
export const FINDINGS_MAX = 200;
const REMOTES_MAX = 8;

export const gateFindingSchema = z.object({
  channel: nameSchema,
  stream: pointerNameSchema,
  rule: z.enum(GATE_RULES),
  level: z.enum(['warn', 'block']),
  package: z.string(),
  architecture: architectureSchema,
  message: sentenceSchema(1_000),
});
export type GateFinding = z.infer<typeof gateFindingSchema>;

/** What a channel's operators decided for it. Left out: the default. */
const policyFields = {
  /** Days that a version which no stream or tag points to is kept; null for ever. */
  retentionDays: z.number().int().min(1).max(36_500).nullable(),
  /** Hours between a version's leaving the root index and the removal of its files, for clients and mirrors on their way. */
  graceHours: z.number().min(0).max(8_760),
  /** How strict the gate is; a rule that is left out is off. */
  gate: gateSchema,
  /** Versions of channels here whose packages count as present besides a stream's own. */
  remotes: z
    .array(z.strictObject({ channel: nameSchema, version: versionReferenceSchema }))
    .max(REMOTES_MAX),
};

export const channelPolicySchema = z.strictObject({
  retentionDays: policyFields.retentionDays.default(14),
  graceHours: policyFields.graceHours.default(48),
  gate: policyFields.gate.default({}),
  remotes: policyFields.remotes.default([]),
});
export type ChannelPolicy = z.infer<typeof channelPolicySchema>;

/** Longest lease: a year. */
const LEASE_HOURS_MAX = 8_784;

/** Everything that people can do to channels. All of it is the same operation: streams and tags come to point elsewhere, in one commit. */
export const channelActionSchema = z.discriminatedUnion('kind', [
  /** Streams get what a version holds: all of it, or only the packages of some sources. */
  z.strictObject({
    kind: z.literal('promote'),
    from: z.strictObject({ channel: nameSchema, version: versionReferenceSchema }),
    to: z.array(z.strictObject(inStream)).min(1).max(TARGETS_MAX),
    sources: z.array(sourceNameSchema).min(1).max(SELECTION_MAX).optional(),
  }),
  /** A stream goes back: to where it pointed before, or to a version. */
  z.strictObject({
    kind: z.literal('roll-back'),
    ...inStream,
    to: versionReferenceSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('tag'),
    channel: nameSchema,
    tag: pointerNameSchema,
    version: versionReferenceSchema,
  }),
  z.strictObject({ kind: z.literal('untag'), channel: nameSchema, tag: pointerNameSchema }),
  /** Packages leave a stream; older versions keep them. */
  z.strictObject({ kind: z.literal('remove'), ...inStream, packages: selectors }),
  /** What the stream lists under these names is withdrawn: it leaves every stream of every channel, its predecessor comes back, and it is never taken again. */
  z.strictObject({ kind: z.literal('yank'), ...inStream, packages: selectors }),
  /** Packages stay as they are, or as another version has them, until they are unpinned. */
  z.strictObject({
    kind: z.literal('pin'),
    ...inStream,
    packages: selectors,
    at: versionReferenceSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('unpin'), ...inStream, packages: selectors }),
  /** Keeps a version from being pruned for some hours from now; 0 ends the lease. */
  z.strictObject({
    kind: z.literal('lease'),
    channel: nameSchema,
    version: versionReferenceSchema,
    holder: z.string().min(1).max(64),
    hours: z.number().min(0).max(LEASE_HOURS_MAX),
  }),
  /** Sets what is given of the policy and leaves the rest. */
  z.strictObject({
    kind: z.literal('configure'),
    channel: nameSchema,
    policy: z.strictObject(policyFields).partial(),
  }),
]);
export type ChannelAction = z.infer<typeof channelActionSchema>;

/** Where a stream pointed when somebody looked. */
const basisSchema = z.strictObject({ ...inStream, history: historyIdSchema.nullable() });

export const channelChangeSchema = z.strictObject({
  /** Chosen by the caller: the same change is made once, however often it is asked for. */
  changeId: uuidSchema,
  action: channelActionSchema,
  /** Only say what would change. */
  isDryRun: z.boolean().default(false),
  reason: sentenceSchema(REASON_LENGTH_MAX).default(''),
  /** From a dry run: the change is refused when a stream has moved since. */
  basis: z.array(basisSchema).max(SELECTION_MAX).optional(),
});
export type ChannelChange = z.infer<typeof channelChangeSchema>;

/** `version-release-build`, or null where there is no such package. */
const releaseText = z.string().max(128).nullable();

export const packageDifferenceSchema = z.object({
  name: z.string(),
  architecture: architectureSchema,
  before: releaseText,
  after: releaseText,
});
export type PackageDifference = z.infer<typeof packageDifferenceSchema>;

export const differenceSchema = z.object({
  added: z.number().int(),
  removed: z.number().int(),
  changed: z.number().int(),
  /** By name, at most 500. */
  packages: z.array(packageDifferenceSchema),
});
export type Difference = z.infer<typeof differenceSchema>;

export const channelPlanSchema = z.object({
  changeId: uuidSchema,
  /** False after a dry run. */
  isApplied: z.boolean(),
  streams: z.array(
    z.object({
      ...inStream,
      from: historyIdSchema.nullable(),
      /** Null in a dry run that would make a new version. */
      to: historyIdSchema.nullable(),
      packageCount: z.number().int(),
      difference: differenceSchema,
    }),
  ),
  tags: z.array(
    z.object({
      channel: nameSchema,
      tag: pointerNameSchema,
      from: historyIdSchema.nullable(),
      to: historyIdSchema.nullable(),
    }),
  ),
  pins: z.array(
    z.object({
      ...inStream,
      name: z.string(),
      architecture: architectureSchema,
      isPinned: z.boolean(),
    }),
  ),
  /** What the gate found, at most 200. A change with a finding of level `block` is refused. */
  findings: z.array(gateFindingSchema),
  leases: z.array(
    z.object({
      channel: nameSchema,
      history: historyIdSchema,
      holder: z.string(),
      /** Null when it ends now. */
      endsAt: z.number().nullable(),
    }),
  ),
  policies: z.array(
    z.object({ channel: nameSchema, before: channelPolicySchema, after: channelPolicySchema }),
  ),
  yanked: z.array(
    z.object({ name: z.string(), architecture: architectureSchema, sha256: sha256Schema }),
  ),
});
export type ChannelPlan = z.infer<typeof channelPlanSchema>;

const prunedVersionsSchema = z.object({
  count: z.number().int(),
  /** At most 500. */
  listed: z.array(z.object({ channel: nameSchema, history: historyIdSchema })),
});

/** What pruning removes, or would remove. */
export const pruneReportSchema = z.object({
  isApplied: z.boolean(),
  /** Versions that leave the root index now. */
  retired: prunedVersionsSchema,
  /** Versions whose grace window is over: their files go. */
  removed: prunedVersionsSchema,
  packageCount: z.number().int(),
  blobCount: z.number().int(),
  sizeBytes: z.number().int(),
});
export type PruneReport = z.infer<typeof pruneReportSchema>;
