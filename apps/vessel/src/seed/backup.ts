import {
  architectureSchema,
  instantSchema,
  nameSchema,
  pointerNameSchema,
  sha256Schema,
  sourceNameSchema,
} from '@cairn/contracts';
import { jsonOf, MIB } from '@cairn/std';
import { writeFileDurably } from '@cairn/stone-files';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import { AdminError, EXIT } from './admin-error.js';
import { readAddress } from './read-address.js';

const BACKUP_SIZE_BYTES_MAX = 64 * MIB;

const historySchema = z.number().int().min(0);
/** As wide as its column. */
const counterSchema = z.number().int().min(0).max(2_147_483_647);

/** Everything that pool and manifests do not say: where streams and tags point, policies, pins, what was withdrawn. */
export const backupSchema = z.object({
  format: z.literal(1),
  channels: z.array(
    z.object({
      name: nameSchema,
      architectures: z.array(architectureSchema),
      policy: z.record(z.string(), z.json()),
      lastHistory: historySchema,
      rootSerial: counterSchema,
      streams: z.array(
        z.object({ name: pointerNameSchema, history: historySchema, movedAt: instantSchema }),
      ),
      tags: z.array(
        z.object({ name: pointerNameSchema, history: historySchema, createdAt: instantSchema }),
      ),
      pins: z.array(
        z.object({
          stream: pointerNameSchema,
          architecture: architectureSchema,
          name: sourceNameSchema,
          account: z.string(),
          reason: z.string(),
          pinnedAt: instantSchema,
        }),
      ),
    }),
  ),
  yanked: z.array(
    z.object({
      sha256: sha256Schema,
      account: z.string(),
      reason: z.string(),
      yankedAt: instantSchema,
    }),
  ),
});
export type Backup = z.infer<typeof backupSchema>;

export const BACKUP_NAME = 'vessel-backup.json';

/** Reads what `writeBackup` has written to a folder. Throws an `AdminError` when it is not there or not whole. */
export async function readBackup(dir: string): Promise<Backup> {
  const path = join(dir, BACKUP_NAME);
  const refuse = (code: string, message: string, cause: unknown) =>
    new AdminError(code, message, {
      exitCode: EXIT.usage,
      nextStep:
        'Give the folder that `cairn vessel backup` wrote, or none: then streams and tags come from the root indexes.',
      cause,
    });
  const bytes = await readAddress(pathToFileURL(path), BACKUP_SIZE_BYTES_MAX).catch(
    (error: unknown) => {
      throw refuse('vessel.backup-unreadable', `There is no readable backup in ${dir}`, error);
    },
  );
  const backup = backupSchema.safeParse(jsonOf(bytes));
  if (backup.success) return backup.data;
  throw refuse('vessel.backup-invalid', `${path} is damaged`, z.prettifyError(backup.error));
}

/** Writes what restoring needs besides the public folder, as one small file. */
export async function writeBackup(
  db: VesselDatabase,
  dir: string,
): Promise<{ readonly path: string; readonly channels: readonly string[] }> {
  const pointed = { select: { history: true } } as const;
  const rows = await db.client.channel.findMany({
    orderBy: { name: 'asc' },
    include: {
      streams: { include: { version: pointed }, orderBy: { name: 'asc' } },
      tags: { include: { version: pointed }, orderBy: { name: 'asc' } },
      pins: true,
    },
  });
  const yanked = await db.client.yankedPackage.findMany({ orderBy: { sha256: 'asc' } });
  const backup = backupSchema.parse({
    format: 1,
    channels: rows.map((row) => ({
      name: row.name,
      architectures: row.architectures,
      policy: row.policy,
      lastHistory: Number(row.lastHistory),
      rootSerial: row.rootWanted,
      streams: row.streams.map(({ name, version, movedAt }) => ({
        name,
        history: Number(version.history),
        movedAt: movedAt.getTime(),
      })),
      tags: row.tags.map(({ name, version, createdAt }) => ({
        name,
        history: Number(version.history),
        createdAt: createdAt.getTime(),
      })),
      pins: row.pins.map(({ stream, architecture, name, account, reason, pinnedAt }) => ({
        stream,
        architecture,
        name,
        account,
        reason,
        pinnedAt: pinnedAt.getTime(),
      })),
    })),
    yanked: yanked.map(({ yankedAt, ...rest }) => ({ ...rest, yankedAt: yankedAt.getTime() })),
  });
  const path = join(dir, BACKUP_NAME);
  const bytes = Buffer.from(`${JSON.stringify(backup, null, 2)}\n`);
  try {
    await mkdir(dir, { recursive: true });
    await writeFileDurably(path, bytes);
  } catch (cause) {
    throw new AdminError('vessel.backup-unwritable', `No backup can be written to ${dir}`, {
      exitCode: EXIT.usage,
      nextStep: 'Give a folder that can be written to.',
      cause,
    });
  }
  return { path, channels: backup.channels.map(({ name }) => name) };
}
