import { z } from 'zod';
import { architectureSchema, nameSchema, sentenceSchema, sourceNameSchema } from './values.js';

/** Size classes, smallest first: a task goes to the smallest builder that fits. */
export const SIZE_CLASSES = ['small', 'medium', 'large'] as const;
export const sizeClassSchema = z.enum(SIZE_CLASSES);
export type SizeClass = z.infer<typeof sizeClassSchema>;

const gitBranchSchema = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/)
  .refine((branch) => !/\.\.|\/\/|\/$|\.lock$|@\{/.test(branch), 'a plain branch name');

const relativeFolderSchema = z
  .string()
  .max(512)
  .refine(
    (path) =>
      path === '' || path.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9+._-]*$/.test(part)),
    'a relative folder without . or ..',
  );

const remoteFields = {
  name: nameSchema,
  priority: z.number().int().min(0).max(1_000).default(0),
};
/** A repository elsewhere, or a channel of our own vessel of which each build gets the version that is current then. */
const remoteSchema = z.union(
  [
    z.strictObject({
      ...remoteFields,
      /** URL of a `stone.index`. */
      index: z.url({ protocol: /^https?$/ }),
    }),
    z.strictObject({
      ...remoteFields,
      channel: nameSchema,
      stream: nameSchema.default('volatile'),
    }),
  ],
  { error: 'a remote has a name and either `index`, the URL of a stone.index, or `channel`' },
);

const profileSchema = z.strictObject({
  name: nameSchema,
  architecture: architectureSchema,
  /** Channel of our own vessel that the builds are published to, and first resolve against. */
  channel: nameSchema,
  stream: nameSchema.default('volatile'),
  remotes: z.array(remoteSchema).max(16).default([]),
  /** Whether recipes that ask for the network while building may have it. */
  networking: z.boolean().default(false),
});

const recipeRepositorySchema = z.strictObject({
  name: nameSchema,
  url: z.string().min(1).max(2_048),
  branch: gitBranchSchema.default('main'),
  /** Folder inside the repository that holds the recipes; empty for its root. */
  subdirectory: relativeFolderSchema.default(''),
  refreshSeconds: z.number().int().min(5).max(86_400).default(60),
  /** Profiles to build for; all of the project's when left out. */
  profiles: z.array(nameSchema).optional(),
});

/** What a recipe's build asks of a builder beyond its size class. */
const buildNeedsSchema = z.strictObject({
  /** x86-64 level (1 to 4) of the machine. */
  isaLevel: z.number().int().min(1).max(4).optional(),
  /** Memory that one slot has. */
  memoryGib: z.number().positive().max(65_536).optional(),
  /** Free disk that one slot has. */
  diskGib: z.number().positive().max(1_048_576).optional(),
  /** Names that the builder must announce. */
  features: z.array(nameSchema).max(32).optional(),
});
export type BuildNeeds = z.output<typeof buildNeedsSchema>;

const MAX = { profiles: 32, repositories: 32, weight: 1_000, overdueHours: 8_760 };
const OVERDUE_HOURS_DEFAULT = 24;

function uniqueNames(items: readonly { name: string }[]): boolean {
  return new Set(items.map((item) => item.name)).size === items.length;
}

/** What operators write: one project with its profiles, remotes, recipe repositories and sizes. */
export const projectDocumentSchema = z
  .strictObject({
    project: nameSchema,
    summary: sentenceSchema(500).default(''),
    profiles: z
      .array(profileSchema)
      .min(1)
      .max(MAX.profiles)
      .refine(uniqueNames, 'profile names must differ'),
    repositories: z
      .array(recipeRepositorySchema)
      .max(MAX.repositories)
      .refine(uniqueNames, 'repository names must differ'),
    builders: z
      .strictObject({ sizes: z.record(z.string(), sizeClassSchema).default({}) })
      .default({ sizes: {} }),
    /** Size class that a recipe needs; `small` when left out. */
    sizes: z.record(sourceNameSchema, sizeClassSchema).default({}),
    needs: z.record(sourceNameSchema, buildNeedsSchema).default({}),
    /** Share of the builders against other projects that have work. */
    weight: z.number().positive().max(MAX.weight).default(1),
    /** A task of a commit that is that old and can be built goes before younger ones, whatever waits for them. */
    overdueHours: z.number().positive().max(MAX.overdueHours).default(OVERDUE_HOURS_DEFAULT),
    /** What a source leaves out in its first build of a bootstrap, to open a cycle. */
    bootstrap: z
      .array(
        z.strictObject({ source: sourceNameSchema, without: z.array(z.string().max(256)).min(1) }),
      )
      .max(1_000)
      .default([]),
  })
  .superRefine((document, context) => {
    const known = new Set(document.profiles.map((profile) => profile.name));
    document.repositories.forEach((repository, position) => {
      for (const profile of repository.profiles ?? []) {
        if (known.has(profile)) continue;
        context.addIssue({
          code: 'custom',
          path: ['repositories', position, 'profiles'],
          message: `there is no profile ${profile}`,
        });
      }
    });
  });
export type ProjectDocument = z.output<typeof projectDocumentSchema>;
export type ProjectProfile = ProjectDocument['profiles'][number];
export type ProjectRepository = ProjectDocument['repositories'][number];

/** One difference between the stored project and a document. */
export const projectChangeSchema = z.object({
  action: z.enum(['add', 'change', 'remove']),
  /** For example `profile main-x86_64` or `repository recipes: branch`. */
  what: z.string(),
  from: z.unknown().optional(),
  to: z.unknown().optional(),
});
export type ProjectChange = z.infer<typeof projectChangeSchema>;
