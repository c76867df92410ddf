import { z } from 'zod';
import { pointerNameSchema, versionReferenceSchema } from './channel-change.js';
import { architectureSchema, historyIdSchema, sha256Schema } from './values.js';

/** Rows of one page of packages or files. */
export const PAGE_SIZE_MAX = 500;
/** Farthest that a list is turned over: no version has as many packages, no package as many files. */
const OFFSET_MAX = 1_000_000;
export const SEARCH_LENGTH_MAX = 200;
export const CAPABILITY_LENGTH_MAX = 512;
/** Paths or capabilities that are shown with a package that was found by them. */
export const MATCHES_LISTED_MAX = 5;
/** Capabilities of one package that are listed; the counts are always of all. */
export const CAPABILITIES_LISTED_MAX = 500;
/** Providers that are named for one dependency. */
export const PROVIDERS_LISTED_MAX = 3;
/** Releases of one package that are listed. */
export const BUILDS_LISTED_MAX = 50;

const paging = {
  offset: z.coerce.number().int().min(0).max(OFFSET_MAX).default(0),
  limit: z.coerce.number().int().min(1).max(PAGE_SIZE_MAX).default(100),
};
const inVersion = { version: versionReferenceSchema.default('stream/volatile') };

/** What somebody typed to find something; one line. */
export const searchTextSchema = z
  .string()
  .max(SEARCH_LENGTH_MAX)
  .regex(/^\P{Cc}*$/u, 'a text without control characters');

/** What a search looks at: names, sources and summaries; paths of files; provided capabilities. */
export const PACKAGE_SEARCHES = ['text', 'file', 'capability'] as const;
export type PackageSearch = (typeof PACKAGE_SEARCHES)[number];

export const packageQuerySchema = z.object({
  ...inVersion,
  search: searchTextSchema.optional(),
  by: z.enum(PACKAGE_SEARCHES).default('text'),
  ...paging,
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

/** By name, then architecture; a package that is named like the searched text comes first. */
export const packagePageSchema = z.object({
  history: historyIdSchema,
  total: z.number().int(),
  /** True when so much fits that not all of it was looked at: `total` is then too low. */
  isCut: z.boolean().default(false),
  packages: z.array(
    packageViewSchema.extend({
      /** Paths below `/usr` or capabilities that the search found it by, at most 5. */
      matches: z.array(z.string()).default([]),
    }),
  ),
});
export type PackagePage = z.infer<typeof packagePageSchema>;

/** Something that is provided or needed, as `kind(name)`. */
export const capabilitySchema = z
  .string()
  .max(CAPABILITY_LENGTH_MAX)
  .regex(
    /^[a-z0-9]+\(\P{Cc}+\)$/u,
    'a capability such as soname(libz.so.1(x86_64)) or binary(nano)',
  );

export const capabilityQuerySchema = z.object({
  ...inVersion,
  capability: capabilitySchema,
  ...paging,
});

/** A page of those who provide and of those who need a capability, each by name. */
export const capabilityUsersSchema = z.object({
  history: historyIdSchema,
  providers: z.array(packageViewSchema),
  dependants: z.array(packageViewSchema),
  providerCount: z.number().int(),
  dependantCount: z.number().int(),
});
export type CapabilityUsers = z.infer<typeof capabilityUsersSchema>;

/** Which package of a name: without an architecture the first in which the version has it. */
export const packageChoiceSchema = z.object({
  ...inVersion,
  architecture: architectureSchema.optional(),
});

export const packageDetailSchema = z.object({
  history: historyIdSchema,
  package: packageViewSchema,
  /** Architectures in which the version has a package of this name. */
  architectures: z.array(architectureSchema),
  description: z.string(),
  homepage: z.string(),
  licenses: z.array(z.string()),
  /** At most 500, each with at most 3 of its providers of the same version and architecture. */
  depends: z.array(
    z.object({
      capability: z.string(),
      providers: z.array(z.string()),
      providerCount: z.number().int(),
    }),
  ),
  dependCount: z.number().int(),
  /** At most 500. */
  provides: z.array(z.string()),
  provideCount: z.number().int(),
  /** At most 500. */
  conflicts: z.array(z.string()),
  conflictCount: z.number().int(),
  fileCount: z.number().int(),
  /** Streams and tags of the channel whose versions carry these very bytes. */
  streams: z.array(pointerNameSchema),
  tags: z.array(pointerNameSchema),
  /** Streams in which nothing may change it. */
  pins: z.array(
    z.object({
      stream: pointerNameSchema,
      account: z.string(),
      reason: z.string(),
      at: z.number(),
    }),
  ),
  /** Set when its bytes were withdrawn. */
  withdrawn: z.object({ account: z.string(), reason: z.string(), at: z.number() }).nullable(),
  /** What the channel's pool has of this name and architecture, highest release first, at most 50. */
  builds: z.array(
    z.object({
      version: z.string(),
      sourceRelease: z.number(),
      buildRelease: z.number(),
      sha256: sha256Schema,
      importedAt: z.number(),
    }),
  ),
});
export type PackageDetail = z.infer<typeof packageDetailSchema>;

/** The page of a person: as vessel tells it, and which task of summit built each of the releases. */
export const builtPackageSchema = packageDetailSchema.extend({
  builds: z.array(
    packageDetailSchema.shape.builds.element.extend({
      /** Null when it came from elsewhere, or its task is forgotten. */
      attempt: z
        .object({ taskId: z.number().int(), number: z.number().int(), builder: z.string() })
        .nullable(),
    }),
  ),
});
export type BuiltPackage = z.infer<typeof builtPackageSchema>;

export const fileQuerySchema = packageChoiceSchema.extend({
  /** Only paths that have this text. */
  search: searchTextSchema.optional(),
  ...paging,
});

/** A page of what a package installs, by path; directories are left out. */
export const filePageSchema = z.object({
  history: historyIdSchema,
  total: z.number().int(),
  files: z.array(
    z.object({
      /** Below `/usr`. */
      path: z.string(),
      /** Complete st_mode, type bits included. */
      mode: z.number().int(),
    }),
  ),
});
export type FilePage = z.infer<typeof filePageSchema>;

export const dependantQuerySchema = packageChoiceSchema.extend(paging);

/** A page of the packages that need something which a package provides, by name. */
export const dependantPageSchema = z.object({
  history: historyIdSchema,
  total: z.number().int(),
  packages: z.array(
    packageViewSchema.extend({
      /** What they need of it, at most 5. */
      needs: z.array(z.string()),
    }),
  ),
});
export type DependantPage = z.infer<typeof dependantPageSchema>;
