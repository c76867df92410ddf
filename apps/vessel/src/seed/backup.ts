import type { VesselDatabase } from '../persistence/vessel-database.js';
import { writeFileDurably } from '@cairn/stone-files';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Everything that pool and manifests do not say: where streams and tags point, policies, pins, what was withdrawn. */
export const backupSchema = z.object({
  format: z.literal(1),
  channels: z.array(
    z.object({
      name: z.string(),
      architectures: z.array(z.string()),
      policy: z.unknown(),
      lastHistory: z.number(),
      rootSerial: z.number(),
      streams: z.array(z.object({ name: z.string(), history: z.number(), movedAt: z.number() })),
      tags: z.array(z.object({ name: z.string(), history: z.number(), createdAt: z.number() })),
      pins: z.array(
        z.object({
          stream: z.string(),
          architecture: z.string(),
          name: z.string(),
          account: z.string(),
          reason: z.string(),
          pinnedAt: z.number(),
        }),
      ),
    }),
  ),
  yanked: z.array(
    z.object({ sha256: z.string(), account: z.string(), reason: z.string(), yankedAt: z.number() }),
  ),
});
export type Backup = z.infer<typeof backupSchema>;

export const BACKUP_NAME = 'vessel-backup.json';

/** Writes what restoring needs besides the public folder, as one small file. */
export async function writeBackup(db: VesselDatabase, dir: string): Promise<Backup> {
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
  const backup: Backup = {
    format: 1,
    channels: rows.map((row) => ({
      name: row.name,
      architectures: row.architectures,
      policy: row.policy,
      lastHistory: Number(row.lastHistory),
      rootSerial: row.rootWanted,
      streams: row.streams.map(({ name, version, movedAt }) => ({
        ...{ name, history: Number(version.history), movedAt: movedAt.getTime() },
      })),
      tags: row.tags.map(({ name, version, createdAt }) => ({
        ...{ name, history: Number(version.history), createdAt: createdAt.getTime() },
      })),
      pins: row.pins.map(({ stream, architecture, name, account, reason, pinnedAt }) => ({
        ...{ stream, architecture, name, account, reason, pinnedAt: pinnedAt.getTime() },
      })),
    })),
    yanked: yanked.map(({ yankedAt, ...rest }) => ({ ...rest, yankedAt: yankedAt.getTime() })),
  };
  await mkdir(dir, { recursive: true });
  await writeFileDurably(
    join(dir, BACKUP_NAME),
    Buffer.from(`${JSON.stringify(backup, null, 2)}\n`),
  );
  return backup;
}
