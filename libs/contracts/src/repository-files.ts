import { z } from 'zod';
import { architectureSchema, historyIdSchema, nameSchema, sha256Schema } from './values.js';

/** Types of the signed documents beside a repository. */
export const ROOT_STATEMENT_TYPE = 'application/vnd.cairn.root+json';
export const MANIFEST_TYPE = 'application/vnd.cairn.manifest+json';

/** Names in the public folder, below a channel or a history. */
export const ROOT_INDEX_NAME = 'moss-root-index.json';
export const ROOT_SIGNATURE_NAME = 'moss-root-index.json.sig';
export const MANIFEST_NAME = 'manifest.json';
export const MANIFEST_SIGNATURE_NAME = 'manifest.json.sig';

const fileSchema = z.object({ sizeBytes: z.number().int().min(0), sha256: sha256Schema });

/** What a version is made of, `history/<id>/manifest.json`; never changed. */
export const versionManifestSchema = z.object({
  format: z.literal(1),
  channel: nameSchema,
  history: historyIdSchema,
  createdAt: z.number().int(),
  indexes: z.array(fileSchema.extend({ architecture: architectureSchema })).max(16),
});
export type VersionManifest = z.infer<typeof versionManifestSchema>;

/** What a root index is signed with: its bytes, until when they may be believed, and a number that only rises. */
export const rootStatementSchema = z.object({
  format: z.literal(1),
  channel: nameSchema,
  serial: z.number().int().min(0),
  issuedAt: z.number().int(),
  expiresAt: z.number().int(),
  root: fileSchema,
});
export type RootStatement = z.infer<typeof rootStatementSchema>;

/** Root indexes that one signature covers: the present one, and those before it that slow readers and mirrors may still hold. */
export const ROOT_STATEMENTS_MAX = 16;

/**
 * `moss-root-index.json.sig`: signed statements over the present root index and the last ones before it, the newest
 * first. It is written before the root index, so that at no instant the file beside it is without a statement.
 */
export const rootSignatureSchema = z.object({
  statements: z.array(z.unknown()).min(1).max(ROOT_STATEMENTS_MAX),
});

/** `moss-root-index.json` as far as our own tools read it. */
const pointerSchema = z.object({ format: z.string(), history: historyIdSchema });
export const rootIndexSchema = z.object({
  formats: z.record(z.string(), z.unknown()),
  streams: z.record(historyIdSchema, pointerSchema),
  tags: z.record(historyIdSchema, pointerSchema),
  history: z.record(historyIdSchema, z.object({ format: z.string() })),
});
export type RootIndex = z.infer<typeof rootIndexSchema>;
