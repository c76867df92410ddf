import { z } from 'zod';
import { sha256Schema, sizeBytesSchema } from './values.js';

/** Most files that one build may hand over. */
export const COLLECTABLES_MAX = 2_000;

/** What all files of one build may come to, in bytes: 64 GiB. */
export const COLLECTABLES_SIZE_BYTES_MAX = 64 * 2 ** 30;

/** A file produced by a build: a package, or its manifest in one of two forms. */
export const collectableSchema = z.object({
  kind: z.enum(['package', 'manifest-bin', 'manifest-jsonc']),
  name: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9][A-Za-z0-9+._~-]*$/, 'a plain file name'),
  sizeBytes: sizeBytesSchema,
  sha256: sha256Schema,
});
export type Collectable = z.infer<typeof collectableSchema>;

export const collectablesSchema = z.array(collectableSchema).min(1).max(COLLECTABLES_MAX);
