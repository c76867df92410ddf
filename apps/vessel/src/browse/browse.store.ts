import {
  AppError,
  architectureSchema,
  PAGE_SIZE_MAX,
  type CapabilityUsers,
  type capabilityUsers,
  type ChannelView,
  type Difference,
  type packageList,
  type PackagePage,
  type PackageView,
  type RequestOf,
  type versionDifference,
} from '@cairn/contracts';
import { changedPackages } from '../channels/domain/stream-contents.js';
import { findVersion, type FoundVersion } from '../channels/find-version.js';
import type { VersionStore } from '../channels/version.store.js';
import { differenceView } from '../publishing/domain/plan-view.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';

const VERSIONS_LISTED_MAX = 50;

interface PackageRow {
  readonly name: string;
  readonly version: string;
  readonly source_release: bigint;
  readonly build_release: bigint;
  readonly architecture: string;
  readonly source_id: string;
  readonly summary: string;
  readonly size_bytes: bigint;
  readonly sha256: string;
  readonly pool_path: string;
}

/** What people look at: channels, their versions and packages. */
export class BrowseStore {
  constructor(
    private readonly db: VesselDatabase,
    private readonly versions: VersionStore,
    /** Base URL of the public folder, without a slash at its end. */
    private readonly publicUrl: string,
  ) {}

  async channels(): Promise<{ repositoryUrl: string; channels: ChannelView[] }> {
    const rows = await this.db.client.channel.findMany({
      orderBy: { name: 'asc' },
      select: {
        name: true,
        architectures: true,
        streams: {
          orderBy: { name: 'asc' },
          select: { name: true, version: { select: { history: true, packageCount: true } } },
        },
        versions: {
          where: { kind: 'published', filesWrittenAt: { not: null }, retiredAt: null },
          orderBy: { history: 'desc' },
          take: VERSIONS_LISTED_MAX,
          select: { history: true, createdAt: true, packageCount: true },
        },
      },
    });
    const channels = rows.map(({ name, architectures, streams, versions }) => ({
      name,
      architectures: architectures.map((text) => architectureSchema.parse(text)),
      streams: streams.map((stream) => ({
        name: stream.name,
        history: String(stream.version.history),
        packageCount: stream.version.packageCount,
      })),
      versions: versions.map(({ history, createdAt, packageCount }) => ({
        history: String(history),
        createdAt: createdAt.getTime(),
        packageCount,
      })),
    }));
    return { repositoryUrl: this.publicUrl, channels };
  }

  /** A page of a version's packages in the order of name, then architecture. Throws when there is no such version. */
  async packages(query: RequestOf<typeof packageList>): Promise<PackagePage> {
    return this.db.client.$transaction(async (tx) => {
      const version = await this.findVersion(tx, query);
      const ids = await this.versions.packageIdsOf(tx, version.id);
      const pattern = patternOf(query.search);
      const totals = await tx.$queryRaw<{ total: bigint }[]>`
        SELECT count(*) AS total FROM package WHERE id = ANY(${[...ids]})
          AND (name ILIKE ${pattern} OR source_id ILIKE ${pattern} OR summary ILIKE ${pattern})`;
      const rows = await tx.$queryRaw<PackageRow[]>`
        SELECT name, version, source_release, build_release, architecture, source_id, summary,
          size_bytes, sha256, pool_path
        FROM package WHERE id = ANY(${[...ids]})
          AND (name ILIKE ${pattern} OR source_id ILIKE ${pattern} OR summary ILIKE ${pattern})
        ORDER BY name COLLATE "C", architecture LIMIT ${query.limit} OFFSET ${query.offset}`;
      const packages = rows.map((row) => this.toView(query.channel, row));
      const total = Number(totals[0]?.total ?? 0n);
      return { history: String(version.history), total, packages };
    });
  }

  /** What differs between two versions. Throws when there is no such version. */
  async difference(query: RequestOf<typeof versionDifference>): Promise<Difference> {
    return this.db.client.$transaction(async (tx) => {
      const { channel } = query;
      const from = await this.findVersion(tx, { channel, version: query.from });
      const to = await this.findVersion(tx, { channel, version: query.to });
      const before = await this.versions.packagesOf(tx, from.id);
      const after = await this.versions.packagesOf(tx, to.id);
      return differenceView(changedPackages(before, after));
    });
  }

  /** Who provides and who needs a capability. Every package provides its own name. */
  async capabilityUsers(query: RequestOf<typeof capabilityUsers>): Promise<CapabilityUsers> {
    const { capability, channel } = query;
    return this.db.client.$transaction(async (tx) => {
      const version = await this.findVersion(tx, query);
      const ids = [...(await this.versions.packageIdsOf(tx, version.id))];
      const providers = await tx.$queryRaw<PackageRow[]>`
        SELECT name, version, source_release, build_release, architecture, source_id, summary,
          size_bytes, sha256, pool_path
        FROM package WHERE id = ANY(${ids})
          AND (provides @> ARRAY[${capability}] OR ${capability} = 'name(' || name || ')')
        ORDER BY name COLLATE "C", architecture LIMIT ${PAGE_SIZE_MAX}`;
      const dependants = await tx.$queryRaw<PackageRow[]>`
        SELECT name, version, source_release, build_release, architecture, source_id, summary,
          size_bytes, sha256, pool_path
        FROM package WHERE id = ANY(${ids}) AND depends @> ARRAY[${capability}]
        ORDER BY name COLLATE "C", architecture LIMIT ${PAGE_SIZE_MAX}`;
      return {
        history: String(version.history),
        providers: providers.map((row) => this.toView(channel, row)),
        dependants: dependants.map((row) => this.toView(channel, row)),
      };
    });
  }

  private async findVersion(
    tx: Transaction,
    query: { readonly channel: string; readonly version: string },
  ): Promise<FoundVersion> {
    const channel = await tx.channel.findUnique({
      where: { name: query.channel },
      select: { id: true, name: true },
    });
    if (channel === null) {
      throw new AppError('channel.not-found', `There is no channel ${query.channel}.`);
    }
    return findVersion(tx, channel, query.version);
  }

  private toView(channel: string, row: PackageRow): PackageView {
    const path = row.pool_path.split('/').map(encodeURIComponent).join('/');
    return {
      name: row.name,
      version: row.version,
      sourceRelease: Number(row.source_release),
      buildRelease: Number(row.build_release),
      architecture: architectureSchema.parse(row.architecture),
      source: row.source_id,
      summary: row.summary,
      sizeBytes: Number(row.size_bytes),
      sha256: row.sha256,
      url: `${this.publicUrl}/${channel}/${path}`,
    };
  }
}

/** Finds the text anywhere, whatever its case; everything when there is none. */
function patternOf(search: string | undefined): string {
  return `%${(search?.trim() ?? '').replace(/[\\%_]/g, '\\$&')}%`;
}
