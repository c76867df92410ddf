import { z } from 'zod';
import { versionReferenceSchema } from './channel-change.js';
import { architectureSchema, historyIdSchema, nameSchema, sha256Schema } from './values.js';

export const PAGE_SIZE_MAX = 500;

export const channelViewSchema = z.object({
  name: nameSchema,
  architectures: z.array(architectureSchema),
  streams: z.array(
    z.object({ name: nameSchema, history: historyIdSchema, packageCount: z.number().int() }),
  ),
  /** Newest published versions first, at most 50. */
  versions: z.array(
    z.object({ history: historyIdSchema, createdAt: z.number(), packageCount: z.number().int() }),
  ),
});
export type ChannelView = z.infer<typeof channelViewSchema>;

export const packageQuerySchema = z.object({
  version: versionReferenceSchema.default('stream/volatile'),
  search: z.string().max(200).optional(),
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(100),
});

export const packageViewSchema = z.object({
  name: z.string(),
  version: z.string(),
  sourceRelease: z.number(),
  buildRelease: z.number(),
  architecture: architectureSchema,
  source: z.string(),
  summary: z.string(),
  sizeBytes: z.number(),
  sha256: sha256Schema,
  /** Absolute URL of the package file. */
  url: z.url(),
});
export type PackageView = z.infer<typeof packageViewSchema>;

/** Which two versions of a channel to compare. */
export const differenceQuerySchema = z.object({
  from: versionReferenceSchema,
  to: versionReferenceSchema,
});

/** Something that is provided or needed, as `kind(name)`. */
export const capabilitySchema = z
  .string()
  .max(512)
  .regex(/^[a-z0-9]+\(.+\)$/, 'a capability such as soname(libz.so.1(x86_64)) or binary(nano)');

export const capabilityQuerySchema = z.object({
  capability: capabilitySchema,
  version: versionReferenceSchema.default('stream/volatile'),
});

export const packagePageSchema = z.object({
  history: historyIdSchema,
  total: z.number().int(),
  packages: z.array(packageViewSchema),
});
/** Who provides and who needs a capability, each list by name and at most 500 long. */
export const capabilityUsersSchema = z.object({
  history: historyIdSchema,
  providers: z.array(packageViewSchema),
  dependants: z.array(packageViewSchema),
});
export type CapabilityUsers = z.infer<typeof capabilityUsersSchema>;
export type PackagePage = z.infer<typeof packagePageSchema>;
