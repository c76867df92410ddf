import { instantOf, type Instant } from '@cairn/std';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { PrunableVersion } from './domain/decide-prune.js';

interface VersionRow {
  readonly id: number;
  readonly history: bigint;
  readonly kind: string;
  readonly last_used_at: Date;
  readonly retired_at: Date | null;
  readonly is_named: boolean;
  readonly is_leased: boolean;
  readonly is_awaited: boolean;
}

/** A file of a channel's pool that no version of the channel lists. */
export interface UnlistedFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Bytes that nothing needs. */
export interface UnusedBlob {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** What is reachable and what is not. Reads rows only; no file is looked into. */
export class PruneStore {
  constructor(private readonly versions: VersionStore) {}

  async versionsOf(
    tx: Transaction,
    channelId: number,
    now: Instant,
  ): Promise<readonly PrunableVersion[]> {
    const rows = await tx.$queryRaw<VersionRow[]>`
      WITH line AS (
        SELECT l.change_set_id, l.base_version_id, h.created_at AS last_used_at, h.retired_at
        FROM change_set_line l JOIN version h ON h.id = l.head_version_id
        WHERE l.channel_id = ${channelId}
      )
      SELECT v.id, v.history, v.kind, v.retired_at,
        COALESCE((SELECT l.last_used_at FROM line l
          WHERE v.kind = 'staging' AND l.change_set_id = v.change_set_id), v.created_at) AS last_used_at,
        EXISTS (SELECT FROM stream s WHERE s.version_id = v.id)
          OR EXISTS (SELECT FROM tag t WHERE t.version_id = v.id)
          OR EXISTS (SELECT FROM line l
            WHERE l.base_version_id = v.id AND l.retired_at IS NULL) AS is_named,
        EXISTS (SELECT FROM version_lease e
          WHERE e.version_id = v.id AND e.ends_at > ${new Date(now)}) AS is_leased,
        v.files_written_at IS NULL
          OR EXISTS (SELECT FROM outbox o WHERE o.version_id = v.id)
          OR (v.kind = 'staging' AND (
            EXISTS (SELECT FROM import i
              WHERE i.change_set_id = v.change_set_id AND i.state = 'open')
            OR EXISTS (SELECT FROM publication p
              WHERE p.change_set_id = v.change_set_id AND p.state = 'open'))) AS is_awaited
      FROM version v WHERE v.channel_id = ${channelId}`;
    return rows.map((row) => ({
      id: row.id,
      history: Number(row.history),
      kind: row.kind === 'staging' ? 'staging' : 'published',
      lastUsedAt: instantOf(row.last_used_at),
      retiredAt: row.retired_at === null ? null : instantOf(row.retired_at),
      isNamed: row.is_named,
      isLeased: row.is_leased,
      isAwaited: row.is_awaited,
    }));
  }

  async setRetired(tx: Transaction, ids: readonly number[], at: Instant | null): Promise<void> {
    const retiredAt = at === null ? null : new Date(at);
    await tx.version.updateMany({ where: { id: { in: [...ids] } }, data: { retiredAt } });
  }

  /** Removes a version's rows; versions made from it get to know by themselves what they hold. The channel must be locked. */
  async removeVersion(tx: Transaction, id: number): Promise<void> {
    const children = await tx.version.findMany({ where: { parentId: id }, select: { id: true } });
    for (const child of children) {
      const packageIds = [...(await this.versions.packageIdsOf(tx, child.id))];
      await tx.versionCheckpoint.upsert({
        where: { versionId: child.id },
        create: { versionId: child.id, packageIds },
        update: {},
      });
      await tx.version.update({
        where: { id: child.id },
        data: { parentId: null, chainLength: 0 },
      });
    }
    await tx.changeSetLine.deleteMany({ where: { headVersionId: id } });
    await tx.import.updateMany({ where: { lineVersionId: id }, data: { lineVersionId: null } });
    await tx.publication.updateMany({ where: { versionId: id }, data: { versionId: null } });
    await tx.version.delete({ where: { id } });
  }

  /** Files that lie in a channel's pool and are in none of its versions. */
  async unlistedFiles(
    tx: Transaction,
    channelId: number,
    limit: number,
  ): Promise<readonly UnlistedFile[]> {
    const rows = await tx.$queryRaw<{ path: string; size_bytes: bigint }[]>`
      WITH listed AS (
        SELECT c.package_id FROM version v JOIN version_change c ON c.version_id = v.id
        WHERE v.channel_id = ${channelId} AND c.package_id IS NOT NULL
        UNION
        SELECT unnest(k.package_ids) FROM version v JOIN version_checkpoint k ON k.version_id = v.id
        WHERE v.channel_id = ${channelId}
      )
      SELECT o.path, p.size_bytes FROM pool_object o JOIN package p ON p.id = o.package_id
      WHERE o.channel_id = ${channelId}
        AND NOT EXISTS (SELECT FROM listed WHERE listed.package_id = o.package_id)
      ORDER BY o.path LIMIT ${limit}`;
    return rows.map((row) => ({ path: row.path, sizeBytes: Number(row.size_bytes) }));
  }

  async removeFiles(tx: Transaction, channelId: number, paths: readonly string[]): Promise<void> {
    await tx.poolObject.deleteMany({ where: { channelId, path: { in: [...paths] } } });
  }

  /** Removes what imports left behind that were decided before a moment and have no line any more. */
  async removeImports(tx: Transaction, before: Date): Promise<void> {
    await tx.import.deleteMany({ where: { decidedAt: { lt: before }, lineVersionId: null } });
  }

  /** Removes the rows of packages that lie in no channel's pool, and of blobs that nothing needs; their files must go before the commit. */
  async removeUnused(
    tx: Transaction,
    given: { readonly before: Date; readonly limit: number },
  ): Promise<readonly UnusedBlob[]> {
    await tx.$executeRaw`
      DELETE FROM package p WHERE p.created_at < ${given.before}
        AND NOT EXISTS (SELECT FROM pool_object o WHERE o.package_id = p.id)
        AND NOT EXISTS (SELECT FROM version_change c WHERE c.package_id = p.id)`;
    const rows = await tx.$queryRaw<{ sha256: string; size_bytes: bigint }[]>`
      DELETE FROM blob WHERE sha256 IN (
        SELECT b.sha256 FROM blob b WHERE b.created_at < ${given.before}
          AND NOT EXISTS (SELECT FROM package p WHERE p.sha256 = b.sha256)
          AND NOT EXISTS (SELECT FROM import_item i WHERE i.sha256 = b.sha256)
        ORDER BY b.sha256 LIMIT ${given.limit} FOR UPDATE SKIP LOCKED)
      RETURNING sha256, size_bytes`;
    return rows.map((row) => ({ sha256: row.sha256, sizeBytes: Number(row.size_bytes) }));
  }
}
