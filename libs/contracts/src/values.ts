import { isBuilderId, type BuilderId } from '@cairn/identity';
import { z } from 'zod';

/** Names of projects, profiles, repositories and channels: they become paths, URLs and subjects. */
export const NAME_LENGTH_MAX = 64;
export const nameSchema = z
  .string()
  .max(NAME_LENGTH_MAX)
  .regex(
    /^[a-z0-9][a-z0-9-]*$/,
    'lower-case letters, digits and hyphens, beginning with a letter or digit',
  );

/** Names out of recipes and packages, by the rule that every real package keeps. */
export const sourceNameSchema = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9+._-]*$/, 'letters, digits and + . _ - only');

export const packageVersionSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9+._~-]*$/);

export const architectureSchema = z.enum(['x86_64', 'aarch64', 'riscv64', 'x86']);
export type Architecture = z.infer<typeof architectureSchema>;

/** Identifier of a channel version, stream or tag, by the repository format's rule. */
export const historyIdSchema = z
  .string()
  .max(64)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]*$/);

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits');
export const commitSchema = z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, 'a full commit id');
export const uuidSchema = z.uuid();
export const releaseSchema = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
export const sizeBytesSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const fenceSchema = z.number().int().min(1);
export const instantSchema = z.number().int().min(0);

export const builderIdSchema = z
  .string()
  .refine((text): text is BuilderId => isBuilderId(text), 'a builder id');

/** Text that people read; bounded, and free of control characters other than tab and newline. */
export function sentenceSchema(lengthMax: number) {
  return z
    .string()
    .max(lengthMax)
    .transform((text) => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '�'));
}
