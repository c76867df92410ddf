import { invariant } from '@cairn/std';
import { formatDependency, parseDependency } from '@cairn/stone';
import type { Transaction } from '../persistence/vessel-database.js';
import { BoundedCache } from './bounded-cache.js';
import type { NewPackage } from './domain/new-package.js';
import type { PoolPackage } from './domain/pool-package.js';

/** A pool path of a channel that holds other bytes. */
export interface TakenPath {
  readonly path: string;
  readonly sha256: string;
}

interface PackageRow {
  readonly id: number;
  readonly sha256: string;
  readonly name: string;
  readonly version: string;
  readonly source_release: bigint;
  readonly build_release: bigint;
  readonly architecture: string;
  readonly source_id: string;
  readonly pool_path: string;
}

/** Rows never change once written, so what was read stays true. */
const PACKAGES_CACHED_MAX = 200_000;
const BLOCKS_CACHED_SIZE_BYTES_MAX = 256 * 1_024 * 1_024;
/** Rows of some twenty columns in one statement, which has room for 32,767 values. */
const PACKAGES_INSERTED_MAX = 1_000;
/** Rows read by one statement. */
const BATCH_SIZE = 5_000;

/** The packages that vessel holds, whatever channel lists them. */
export class PackageStore {
  private readonly packages = new BoundedCache<number, PoolPackage>(PACKAGES_CACHED_MAX);
  private readonly blocks = new BoundedCache<number, Uint8Array>(BLOCKS_CACHED_SIZE_BYTES_MAX);

  /** Notes blobs before their files are placed, so that unused ones can be found later. */
  async addBlobs(
    tx: Transaction,
    blobs: readonly { readonly sha256: string; readonly sizeBytes: number }[],
  ): Promise<void> {
    // A blob that is noted anew counts as young again, so that pruning leaves it to the import that needs it.
    await tx.$executeRaw`
      INSERT INTO blob (sha256, size_bytes)
      SELECT DISTINCT * FROM unnest(
        ${blobs.map(({ sha256 }) => sha256)}::text[],
        ${blobs.map(({ sizeBytes }) => sizeBytes)}::bigint[])
      ON CONFLICT (sha256) DO UPDATE SET created_at = now()`;
  }

  /** Stores packages that are not there yet and returns all of them. */
  async addPackages(
    tx: Transaction,
    items: readonly NewPackage[],
  ): Promise<readonly PoolPackage[]> {
    for (let at = 0; at < items.length; at += PACKAGES_INSERTED_MAX) {
      const data = items.slice(at, at + PACKAGES_INSERTED_MAX).map(toRow);
      await tx.package.createMany({ data, skipDuplicates: true });
    }
    const hashes = items.map(({ sha256 }) => sha256);
    const stored = await this.bySha256(tx, hashes);
    await this.addFiles(tx, stored, items);
    return stored;
  }

  /** A stored package as it was when it came; undefined when there is none with these bytes. */
  async findNew(tx: Transaction, sha256: string): Promise<NewPackage | undefined> {
    const row = await tx.package.findUnique({ where: { sha256 }, include: { files: true } });
    if (row === null) return undefined;
    const parsed = (texts: readonly string[]) =>
      texts.flatMap((text) => {
        const dependency = parseDependency(text);
        return dependency.ok ? [dependency.value] : [];
      });
    const { files, indexBlock, poolPath } = row;
    return {
      sha256,
      sizeBytes: Number(row.sizeBytes),
      poolPath,
      indexBlock,
      files: files.map(({ path, mode }) => ({ path, mode })),
      description: {
        name: row.name,
        version: row.version,
        sourceRelease: Number(row.sourceRelease),
        buildRelease: Number(row.buildRelease),
        architecture: row.architecture,
        sourceId: row.sourceId,
        summary: row.summary,
        description: row.description,
        homepage: row.homepage,
        licenses: row.licenses,
        depends: parsed(row.depends),
        provides: parsed(row.provides),
        conflicts: parsed(row.conflicts),
        buildDepends: [],
      },
    };
  }

  private async addFiles(
    tx: Transaction,
    stored: readonly PoolPackage[],
    items: readonly NewPackage[],
  ): Promise<void> {
    const idOf = new Map(stored.map(({ id, sha256 }) => [sha256, id]));
    for (const { sha256, files } of items) {
      for (let at = 0; at < files.length; at += BATCH_SIZE) {
        const batch = files.slice(at, at + BATCH_SIZE);
        await tx.$executeRaw`
          INSERT INTO package_file (package_id, path, mode)
          SELECT ${idOf.get(sha256)}::int, * FROM unnest(
            ${batch.map(({ path }) => path)}::text[], ${batch.map(({ mode }) => mode)}::int[])
          ON CONFLICT DO NOTHING`;
      }
    }
  }

  /** Those of the packages that are stored. */
  async bySha256(tx: Transaction, hashes: readonly string[]): Promise<readonly PoolPackage[]> {
    const rows = await tx.$queryRaw<PackageRow[]>`
      SELECT id, sha256, name, version, source_release, build_release, architecture, source_id, pool_path
      FROM package WHERE sha256 = ANY(${[...hashes]})`;
    return rows.map(toPoolPackage);
  }

  /** The packages with these row ids, in any order; each must exist. */
  async packagesOf(tx: Transaction, ids: readonly number[]): Promise<readonly PoolPackage[]> {
    const found: PoolPackage[] = [];
    const missing = ids.filter((id) => {
      const cached = this.packages.get(id);
      if (cached !== undefined) found.push(cached);
      return cached === undefined;
    });
    for (let at = 0; at < missing.length; at += BATCH_SIZE) {
      const rows = await tx.$queryRaw<PackageRow[]>`
        SELECT id, sha256, name, version, source_release, build_release, architecture, source_id, pool_path
        FROM package WHERE id = ANY(${missing.slice(at, at + BATCH_SIZE)})`;
      for (const row of rows) {
        const item = toPoolPackage(row);
        this.packages.set(item.id, item, 1);
        found.push(item);
      }
    }
    invariant(found.length === ids.length, 'every package of a version has its row');
    return found;
  }

  /** The index blocks of these packages by row id; each must exist. */
  async blocksOf(
    tx: Transaction,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>();
    const missing = ids.filter((id) => {
      const cached = this.blocks.get(id);
      if (cached !== undefined) found.set(id, cached);
      return cached === undefined;
    });
    for (let at = 0; at < missing.length; at += BATCH_SIZE) {
      const rows = await tx.package.findMany({
        where: { id: { in: missing.slice(at, at + BATCH_SIZE) } },
        select: { id: true, indexBlock: true },
      });
      for (const { id, indexBlock } of rows) {
        this.blocks.set(id, indexBlock, indexBlock.byteLength);
        found.set(id, indexBlock);
      }
    }
    invariant(found.size === new Set(ids).size, 'every package of a version has its index block');
    return found;
  }

  /** Those of the packages that were withdrawn. */
  async yankedAmong(tx: Transaction, ids: readonly number[]): Promise<ReadonlySet<number>> {
    const rows = await tx.$queryRaw<{ id: number }[]>`
      SELECT p.id FROM yanked_package y JOIN package p ON p.sha256 = y.sha256
      WHERE p.id = ANY(${[...ids]})`;
    return new Set(rows.map(({ id }) => id));
  }

  async yank(
    tx: Transaction,
    hashes: readonly string[],
    by: { readonly account: string; readonly reason: string; readonly yankedAt: Date },
  ): Promise<void> {
    const data = hashes.map((sha256) => ({ sha256, ...by }));
    await tx.yankedPackage.createMany({ data, skipDuplicates: true });
  }

  /** For each package the newest older one of its name that the channel has published and that is not withdrawn. */
  async predecessorsOf(
    tx: Transaction,
    channelId: number,
    ids: readonly number[],
  ): Promise<readonly PoolPackage[]> {
    const rows = await tx.$queryRaw<PackageRow[]>`
      SELECT DISTINCT ON (y.id) p.id, p.sha256, p.name, p.version, p.source_release, p.build_release,
        p.architecture, p.source_id, p.pool_path
      FROM package y
      JOIN package p ON p.name = y.name AND p.architecture = y.architecture
        AND (p.source_release, p.build_release) < (y.source_release, y.build_release)
      JOIN pool_object o ON o.package_id = p.id AND o.channel_id = ${channelId}
      WHERE y.id = ANY(${[...ids]}) AND p.id <> ALL(${[...ids]})
        AND NOT EXISTS (SELECT FROM yanked_package w WHERE w.sha256 = p.sha256)
        AND (EXISTS (
          SELECT FROM version_change c JOIN version v ON v.id = c.version_id
          WHERE c.package_id = p.id AND v.channel_id = ${channelId} AND v.kind = 'published')
        OR EXISTS (
          SELECT FROM version_checkpoint k JOIN version v ON v.id = k.version_id
          WHERE p.id = ANY(k.package_ids) AND v.channel_id = ${channelId} AND v.kind = 'published'))
      ORDER BY y.id, p.source_release DESC, p.build_release DESC`;
    return rows.map(toPoolPackage);
  }

  /** Claims the packages' paths in a channel; the channel's row must be locked. Returns a path that holds other bytes, and then has claimed nothing. */
  async claimPaths(
    tx: Transaction,
    channelId: number,
    items: readonly PoolPackage[],
  ): Promise<TakenPath | undefined> {
    const owners = await tx.poolObject.findMany({
      where: { channelId, path: { in: items.map(({ poolPath }) => poolPath) } },
      select: { path: true, packageId: true, stonePackage: { select: { sha256: true } } },
    });
    const idAt = new Map(items.map(({ poolPath, id }) => [poolPath, id]));
    const taken = owners.find(({ path, packageId }) => idAt.get(path) !== packageId);
    if (taken !== undefined) return { path: taken.path, sha256: taken.stonePackage.sha256 };
    await tx.poolObject.createMany({
      data: items.map(({ poolPath, id }) => ({ channelId, path: poolPath, packageId: id })),
      skipDuplicates: true,
    });
    return undefined;
  }
}

function toRow(item: NewPackage) {
  const { description, sha256, sizeBytes, poolPath } = item;
  return {
    sha256,
    sizeBytes,
    name: description.name,
    version: description.version,
    sourceRelease: description.sourceRelease,
    buildRelease: description.buildRelease,
    architecture: description.architecture,
    sourceId: description.sourceId,
    summary: description.summary,
    description: description.description,
    homepage: description.homepage,
    licenses: [...description.licenses],
    depends: description.depends.map(formatDependency),
    provides: description.provides.map(formatDependency),
    conflicts: description.conflicts.map(formatDependency),
    poolPath,
    indexBlock: Uint8Array.from(item.indexBlock),
  };
}

function toPoolPackage(row: PackageRow): PoolPackage {
  return {
    id: row.id,
    sha256: row.sha256,
    name: row.name,
    version: row.version,
    sourceRelease: Number(row.source_release),
    buildRelease: Number(row.build_release),
    architecture: row.architecture,
    sourceId: row.source_id,
    poolPath: row.pool_path,
  };
}
