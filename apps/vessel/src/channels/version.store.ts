import { instantOf, invariant, type Clock, type Instant } from '@cairn/std';
import { announceWork } from '../persistence/work-signal.js';
import type { Transaction } from '../persistence/vessel-database.js';
import { BoundedCache } from '../pool/bounded-cache.js';
import type { PackageKey, PoolPackage, VersionChange } from '../pool/domain/pool-package.js';
import type { PackageStore } from '../pool/package.store.js';
import { nextHistory } from './domain/history-id.js';
import { applyChanges, nextChainLength } from './domain/version-line.js';
import type { Channel } from './channel.store.js';

/** A channel's state, published or a step of a change set's line. */
export interface ChannelVersion {
  readonly id: number;
  readonly history: number;
  readonly architectures: readonly string[];
  readonly parentId: number | null;
  readonly kind: 'staging' | 'published';
  readonly createdAt: Instant;
}

/** What to add to a channel whose row is locked. */
export interface NewVersion {
  readonly channel: Channel;
  /** Null only for the first version of a channel. */
  readonly parentId: number | null;
  readonly kind: 'staging' | 'published';
  readonly changeSetId: string | null;
  readonly architectures: readonly string[];
  readonly changes: readonly VersionChange[];
  /** Of a version that is restored: when it was made, as what. */
  readonly made?: { readonly history: number; readonly at: Date };
}

const VERSION_COLUMNS = {
  id: true,
  history: true,
  architectures: true,
  parentId: true,
  kind: true,
  createdAt: true,
} as const;

/** Weight of the cache of contents: package ids, 8 bytes each. */
const IDS_CACHED_MAX = 4_000_000;

/** The versions of channels. What a version holds never changes. */
export class VersionStore {
  private readonly contents = new BoundedCache<number, readonly number[]>(IDS_CACHED_MAX);

  constructor(
    private readonly packages: PackageStore,
    private readonly clock: Clock,
  ) {}

  /** Adds a version with the next history id of its channel. */
  async append(tx: Transaction, version: NewVersion): Promise<ChannelVersion> {
    const { channel, parentId, kind, changeSetId, changes } = version;
    const now = this.clock.now();
    const history = version.made?.history ?? nextHistory(await lastHistoryOf(tx, channel.id), now);
    const packages = await this.packagesAfter(tx, parentId, changes);
    const chainLength = parentId === null ? 0 : nextChainLength(await chainLengthOf(tx, parentId));
    const row = await tx.version.create({
      data: {
        channelId: channel.id,
        history,
        parentId,
        kind,
        changeSetId,
        architectures: [...version.architectures],
        packageCount: packages.length,
        chainLength,
        createdAt: version.made?.at ?? new Date(now),
      },
      select: VERSION_COLUMNS,
    });
    await tx.channel.update({ where: { id: channel.id }, data: { lastHistory: history } });
    await insertChanges(tx, row.id, changes);
    if (chainLength === 0) {
      const packageIds = packages.map(({ id }) => id);
      await tx.versionCheckpoint.create({ data: { versionId: row.id, packageIds } });
    }
    return toVersion(row);
  }

  /** Everything that a version holds, in no order. */
  async packagesOf(tx: Transaction, versionId: number): Promise<readonly PoolPackage[]> {
    return this.packages.packagesOf(tx, await this.packageIdsOf(tx, versionId));
  }

  /** The row ids of the packages that a version holds: the nearest checkpoint and the changes since. */
  async packageIdsOf(tx: Transaction, versionId: number): Promise<readonly number[]> {
    const cached = this.contents.get(versionId);
    if (cached !== undefined) return cached;
    const rows = await tx.$queryRaw<{ ids: number[] | null }[]>`
      WITH RECURSIVE chain AS (
        SELECT id, parent_id, chain_length, 0 AS step FROM version WHERE id = ${versionId}
        UNION ALL
        SELECT v.id, v.parent_id, v.chain_length, c.step + 1
        FROM chain c JOIN version v ON v.id = c.parent_id WHERE c.chain_length > 0
      ), changed AS (
        SELECT DISTINCT ON (architecture, name) architecture, name, package_id
        FROM chain JOIN version_change ON version_id = chain.id
        ORDER BY architecture, name, step
      ), base AS (
        SELECT unnest(k.package_ids) AS package_id
        FROM chain JOIN version_checkpoint k ON k.version_id = chain.id WHERE chain.chain_length = 0
      )
      SELECT array_agg(package_id) AS ids FROM (
        SELECT package_id FROM changed WHERE package_id IS NOT NULL
        UNION ALL
        SELECT base.package_id FROM base JOIN package p ON p.id = base.package_id
        LEFT JOIN changed ON changed.architecture = p.architecture AND changed.name = p.name
        WHERE changed.name IS NULL
      ) AS held`;
    const ids = rows[0]?.ids ?? [];
    return ids;
  }

  /**
   * Which package of a name each version holds: the nearest change of it on the way to a checkpoint, else the
   * checkpoint's. Bounded by the distance of checkpoints, however large the versions are. Versions without one are left out.
   */
  async carriedBy(
    tx: Transaction,
    versionIds: readonly number[],
    key: PackageKey,
  ): Promise<ReadonlyMap<number, number>> {
    const { architecture, name } = key;
    const rows = await tx.$queryRaw<{ version_id: number; package_id: number }[]>`
      WITH RECURSIVE walk AS (
        SELECT v.id AS version_id, v.id, v.parent_id, v.chain_length, c.version_id IS NOT NULL AS is_known, c.package_id
        FROM version v LEFT JOIN version_change c
          ON c.version_id = v.id AND c.architecture = ${architecture} AND c.name = ${name}
        WHERE v.id = ANY(${[...versionIds]})
        UNION ALL
        SELECT w.version_id, v.id, v.parent_id, v.chain_length, c.version_id IS NOT NULL, c.package_id
        FROM walk w JOIN version v ON v.id = w.parent_id
        LEFT JOIN version_change c ON c.version_id = v.id AND c.architecture = ${architecture} AND c.name = ${name}
        WHERE w.chain_length > 0 AND NOT w.is_known
      )
      SELECT version_id, package_id FROM walk WHERE is_known AND package_id IS NOT NULL
      UNION ALL
      SELECT w.version_id, p.id FROM walk w
      JOIN version_checkpoint k ON k.version_id = w.id
      JOIN package p ON p.architecture = ${architecture} AND p.name = ${name} AND p.id = ANY(k.package_ids)
      WHERE w.chain_length = 0 AND NOT w.is_known`;
    return new Map(rows.map((row) => [row.version_id, row.package_id]));
  }

  /** What the versions of a change set's line changed, oldest first, up to and including one of them. */
  async changesOfLine(
    tx: Transaction,
    line: {
      readonly changeSetId: string;
      readonly channelId: number;
      readonly headHistory: number;
    },
  ): Promise<readonly VersionChange[]> {
    return tx.$queryRaw<VersionChange[]>`
      SELECT c.architecture, c.name, c.package_id AS "packageId"
      FROM version v JOIN version_change c ON c.version_id = v.id
      WHERE v.change_set_id = ${line.changeSetId}::uuid AND v.channel_id = ${line.channelId}
        AND v.kind = 'staging' AND v.history <= ${line.headHistory}
      ORDER BY v.history`;
  }

  /** Versions of a channel whose files are not in place yet, oldest first. */
  async withoutFiles(tx: Transaction, channelId: number): Promise<readonly ChannelVersion[]> {
    const rows = await tx.version.findMany({
      where: { channelId, filesWrittenAt: null },
      select: VERSION_COLUMNS,
      orderBy: { history: 'asc' },
    });
    return rows.map(toVersion);
  }

  /** Versions of a channel that a stream or tag names. */
  async pointedTo(tx: Transaction, channelId: number): Promise<readonly ChannelVersion[]> {
    const rows = await tx.version.findMany({
      where: { channelId, OR: [{ streams: { some: {} } }, { tags: { some: {} } }] },
      select: VERSION_COLUMNS,
    });
    return rows.map(toVersion);
  }

  async find(tx: Transaction, id: number): Promise<ChannelVersion> {
    return toVersion(
      await tx.version.findUniqueOrThrow({ where: { id }, select: VERSION_COLUMNS }),
    );
  }

  /** Packages that the version put, against its parent. */
  async packagesPutBy(tx: Transaction, versionId: number): Promise<readonly PoolPackage[]> {
    const rows = await tx.versionChange.findMany({
      where: { versionId, packageId: { not: null } },
      select: { packageId: true },
    });
    const ids = rows.flatMap(({ packageId }) => (packageId === null ? [] : [packageId]));
    return this.packages.packagesOf(tx, ids);
  }

  /** Names of the architectures whose packages the version changed. */
  async architecturesChangedBy(tx: Transaction, versionId: number): Promise<ReadonlySet<string>> {
    const rows = await tx.versionChange.findMany({
      where: { versionId },
      select: { architecture: true },
      distinct: ['architecture'],
    });
    return new Set(rows.map(({ architecture }) => architecture));
  }

  /** From the commit on the version may be announced. */
  async markFilesWritten(tx: Transaction, versionId: number): Promise<void> {
    await tx.version.update({
      where: { id: versionId },
      data: { filesWrittenAt: new Date(this.clock.now()) },
    });
    await announceWork(tx, 'outbox');
  }

  /** Keeps the contents of a version in memory: its files are made from them, and most often the next version. */
  remember(versionId: number, ids: readonly number[]): void {
    this.contents.set(versionId, ids, ids.length + 1);
  }

  private async packagesAfter(
    tx: Transaction,
    parentId: number | null,
    changes: readonly VersionChange[],
  ): Promise<readonly PoolPackage[]> {
    const before = parentId === null ? [] : await this.packagesOf(tx, parentId);
    const ids = new Set(
      changes.flatMap(({ packageId }) => (packageId === null ? [] : [packageId])),
    );
    const put = new Map(
      (await this.packages.packagesOf(tx, [...ids])).map((item) => [item.id, item]),
    );
    return applyChanges(before, changes, (id) => {
      const item = put.get(id);
      invariant(item !== undefined, 'a change puts a stored package');
      return item;
    });
  }
}

/** Read anew, for one transaction may add several versions to a channel. */
async function lastHistoryOf(tx: Transaction, channelId: number): Promise<number> {
  const { lastHistory } = await tx.channel.findUniqueOrThrow({
    where: { id: channelId },
    select: { lastHistory: true },
  });
  return Number(lastHistory);
}

async function chainLengthOf(tx: Transaction, versionId: number): Promise<number> {
  const { chainLength } = await tx.version.findUniqueOrThrow({
    where: { id: versionId },
    select: { chainLength: true },
  });
  return chainLength;
}

async function insertChanges(
  tx: Transaction,
  versionId: number,
  changes: readonly VersionChange[],
): Promise<void> {
  if (changes.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO version_change (version_id, architecture, name, package_id)
    SELECT ${versionId}, * FROM unnest(
      ${changes.map(({ architecture }) => architecture)}::text[],
      ${changes.map(({ name }) => name)}::text[],
      ${changes.map(({ packageId }) => packageId)}::int[])`;
}

function toVersion(row: {
  readonly id: number;
  readonly history: bigint;
  readonly architectures: string[];
  readonly parentId: number | null;
  readonly kind: string;
  readonly createdAt: Date;
}): ChannelVersion {
  const { id, history, architectures, parentId, kind } = row;
  return {
    id,
    history: Number(history),
    architectures,
    parentId,
    kind: kind === 'staging' ? 'staging' : 'published',
    createdAt: instantOf(row.createdAt),
  };
}
