import { z } from 'zod';
import { pointerNameSchema, versionReferenceSchema } from './channel-change.js';
import { architectureSchema, historyIdSchema, nameSchema, uuidSchema } from './values.js';

/** Versions that the list of channels names for each. */
export const CHANNEL_VERSIONS_LISTED_MAX = 50;
/** Tags that the list of channels names for each. */
export const CHANNEL_TAGS_LISTED_MAX = 200;
export const VERSION_PAGE_SIZE_MAX = 100;
/** Moves of streams that the list of versions names for each. */
export const VERSION_MOVES_LISTED_MAX = 8;
/** Packages that the list of versions names for each. */
export const VERSION_PACKAGES_LISTED_MAX = 8;

const historyNumberSchema = z
  .string()
  .regex(/^\d{1,18}$/, 'the number of a version')
  .optional();

export const channelViewSchema = z.object({
  name: nameSchema,
  architectures: z.array(architectureSchema),
  streams: z.array(
    z.object({ name: pointerNameSchema, history: historyIdSchema, packageCount: z.number().int() }),
  ),
  /** Newest first, at most 200. */
  tags: z.array(z.object({ name: pointerNameSchema, history: historyIdSchema })).default([]),
  /** Newest published versions first, at most 50. */
  versions: z.array(
    z.object({ history: historyIdSchema, createdAt: z.number(), packageCount: z.number().int() }),
  ),
});
export type ChannelView = z.infer<typeof channelViewSchema>;

/** Which two versions of a channel to compare. */
export const differenceQuerySchema = z.object({
  from: versionReferenceSchema,
  to: versionReferenceSchema,
});

export const versionQuerySchema = z.object({
  /** Only versions older than this one. */
  before: historyNumberSchema,
  limit: z.coerce.number().int().min(1).max(VERSION_PAGE_SIZE_MAX).default(50),
});

export const versionViewSchema = z.object({
  history: historyIdSchema,
  createdAt: z.number(),
  packageCount: z.number().int(),
  /** What points to it now. */
  streams: z.array(pointerNameSchema),
  tags: z.array(pointerNameSchema),
  /** Who holds a lease of it. */
  leases: z.array(z.string()),
  /** The version it was made from; null when there was none, or it is no longer listed. */
  parent: historyIdSchema.nullable(),
  /** Packages that came or changed against the one it was made from, and those that left. */
  putCount: z.number().int(),
  removedCount: z.number().int(),
  /** Some of them, at most 8; without a release where it left. */
  packages: z.array(
    z.object({
      name: z.string(),
      architecture: architectureSchema,
      release: z.string().nullable(),
    }),
  ),
  /** How streams came to point to it, oldest first, at most 8. The account is empty when it was vessel itself. */
  moves: z.array(
    z.object({
      stream: pointerNameSchema,
      cause: z.string(),
      account: z.string(),
      reason: z.string(),
      at: z.number(),
    }),
  ),
  /** The change set that was published with it. */
  changeSetId: uuidSchema.nullable(),
});
export type VersionView = z.infer<typeof versionViewSchema>;

export const versionPageSchema = z.object({
  /** Newest first. */
  versions: z.array(versionViewSchema),
  /** Give it as `before` for the next page; null at the end. */
  next: historyIdSchema.nullable(),
});
export type VersionPage = z.infer<typeof versionPageSchema>;

/** The page of a person: as vessel tells it, and which tasks of summit made it. */
export const builtVersionPageSchema = versionPageSchema.extend({
  versions: z.array(
    versionViewSchema.extend({
      /** Null when no task made it. */
      work: z
        .object({
          taskCount: z.number().int(),
          /** The first of them. */
          taskId: z.number().int(),
          source: z.string(),
          rebuildId: uuidSchema.nullable(),
        })
        .nullable(),
    }),
  ),
});
export type BuiltVersionPage = z.infer<typeof builtVersionPageSchema>;

/** The versions of a channel, newest first, and which release of a package each of them carries. */
export const carriedPageSchema = z.object({
  versions: z.array(
    z.object({
      history: historyIdSchema,
      createdAt: z.number(),
      streams: z.array(pointerNameSchema),
      tags: z.array(pointerNameSchema),
      /** Null where it carries none. */
      release: z.string().nullable(),
    }),
  ),
  /** Give it as `before` for the next page; null at the end. */
  next: historyIdSchema.nullable(),
});
export type CarriedPage = z.infer<typeof carriedPageSchema>;

export const carriedQuerySchema = versionQuerySchema.extend({ architecture: architectureSchema });
