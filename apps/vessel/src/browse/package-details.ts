import {
  AppError,
  architectureSchema,
  BUILDS_LISTED_MAX,
  CAPABILITIES_LISTED_MAX,
  MATCHES_LISTED_MAX,
  PROVIDERS_LISTED_MAX,
  type DependantPage,
  type FilePage,
  type packageDependants,
  type PackageDetail,
  type packageFiles,
  type packageShow,
  type RequestOf,
} from '@cairn/contracts';
import { compareText } from '@cairn/stone';
import type { VersionStore } from '../channels/version.store.js';
import { Prisma } from '../persistence/generated/client.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import { namesIn, ownCapability, providersOf, type Provider } from './domain/capability-match.js';
import { pathPattern } from './domain/search-terms.js';
import { packageView, pageOf, readBriefly } from './package-rows.js';
import type { ReadVersion, VersionReader } from './version-reader.js';

interface Choice {
  readonly channel: string;
  readonly version: string;
  readonly name: string;
  readonly architecture?: string | undefined;
}

/** Rows of providers that are read for one package's dependencies. */
const PROVIDERS_READ_MAX = 5_000;
/** Tags that are asked whether they carry a package, the newest first. */
const TAGS_ASKED_MAX = 100;

/** Everything about one package of a version. */
export class PackageDetails {
  constructor(
    private readonly db: VesselDatabase,
    private readonly reader: VersionReader,
    private readonly versions: VersionStore,
    /** Base URL of the public folder, without a slash at its end. */
    private readonly publicUrl: string,
  ) {}

  /** Throws `version.not-found` and `package.not-found`, as the others do. */
  async show(query: RequestOf<typeof packageShow>): Promise<PackageDetail> {
    return readBriefly(this.db, async (tx) => {
      const { read, row, architectures } = await this.find(tx, query);
      const { channel, version } = read;
      const depends = listed(row.depends);
      const providers = await this.providersOf(tx, { read, row, capabilities: depends });
      const key = { channelId: channel.id, name: row.name, architecture: row.architecture };
      return {
        history: String(version.history),
        package: packageView(this.publicUrl, channel.name, row),
        architectures,
        ...{ description: row.description, homepage: row.homepage, licenses: row.licenses },
        depends: depends.map((capability) => {
          const names = providers.get(capability) ?? [];
          return {
            capability,
            providers: names.slice(0, PROVIDERS_LISTED_MAX),
            providerCount: names.length,
          };
        }),
        dependCount: row.depends.length,
        provides: listed(row.provides),
        provideCount: row.provides.length,
        conflicts: listed(row.conflicts),
        conflictCount: row.conflicts.length,
        fileCount: await tx.packageFile.count({ where: { packageId: row.id } }),
        ...(await this.pointersTo(tx, { ...key, id: row.id })),
        pins: await pinsOf(tx, key),
        withdrawn: await withdrawalOf(tx, row.sha256),
        builds: await buildsOf(tx, key),
      };
    });
  }

  /** A page of a package's files, by path. */
  async files(query: RequestOf<typeof packageFiles>): Promise<FilePage> {
    return readBriefly(this.db, async (tx) => {
      const { read, row } = await this.find(tx, query);
      const pattern = pathPattern(query.search?.trim() ?? '');
      const totals = await tx.$queryRaw<{ total: bigint }[]>`
        SELECT count(*) AS total FROM package_file
        WHERE package_id = ${row.id} AND path ILIKE ${pattern}`;
      const files = await tx.$queryRaw<{ path: string; mode: number }[]>`
        SELECT path, mode FROM package_file
        WHERE package_id = ${row.id} AND path ILIKE ${pattern}
        ORDER BY path LIMIT ${query.limit} OFFSET ${query.offset}`;
      const { history } = read.version;
      return { history: String(history), total: Number(totals[0]?.total ?? 0n), files };
    });
  }

  /** A page of those of the same version and architecture that need something of the package. */
  async dependants(query: RequestOf<typeof packageDependants>): Promise<DependantPage> {
    return readBriefly(this.db, async (tx) => {
      const { read, row } = await this.find(tx, query);
      const offered = [ownCapability(row.name), ...row.provides];
      const known = new Set(offered);
      const { total, rows } = await pageOf(tx, {
        ids: await this.reader.packageIds(tx, read.version),
        where: Prisma.sql`depends && ${offered}::text[] AND architecture = ${row.architecture}`,
        ...{ offset: query.offset, limit: query.limit },
      });
      const packages = rows.map((dependant) => ({
        ...packageView(this.publicUrl, read.channel.name, dependant),
        needs: dependant.depends.filter((text) => known.has(text)).slice(0, MATCHES_LISTED_MAX),
      }));
      return { history: String(read.version.history), total, packages };
    });
  }

  private async find(tx: Transaction, query: Choice) {
    const read = await this.reader.find(tx, query);
    const carried = await this.carriedBy(tx, read, query.name);
    const architecture = query.architecture ?? [...carried.keys()][0];
    const id = architecture === undefined ? undefined : carried.get(architecture);
    if (id === undefined) {
      const what = architecture === undefined ? query.name : `${query.name} (${architecture})`;
      throw new AppError('package.not-found', `${query.channel} ${query.version} has no ${what}.`);
    }
    const row = await tx.package.findUniqueOrThrow({ where: { id }, omit: { indexBlock: true } });
    const architectures = [...carried.keys()].map((text) => architectureSchema.parse(text));
    return { read, row, architectures };
  }

  /** By architecture: the row id of the package of this name. */
  private async carriedBy(
    tx: Transaction,
    { channel, version }: ReadVersion,
    name: string,
  ): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const architecture of channel.architectures) {
      const carried = await this.versions.carriedBy(tx, [version.id], { architecture, name });
      const id = carried.get(version.id);
      if (id !== undefined) found.set(architecture, id);
    }
    return found;
  }

  private async providersOf(
    tx: Transaction,
    wish: {
      readonly read: ReadVersion;
      readonly row: { readonly architecture: string };
      readonly capabilities: readonly string[];
    },
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const { read, row } = wish;
    const capabilities = [...wish.capabilities];
    const ids = await this.reader.packageIds(tx, read.version);
    const providers = await tx.$queryRaw<Provider[]>`
      SELECT name, provides FROM package
      WHERE (provides && ${capabilities}::text[] OR name = ANY(${[...namesIn(capabilities)]}))
        AND architecture = ${row.architecture} AND id = ANY(${[...ids]})
      LIMIT ${PROVIDERS_READ_MAX}`;
    return providersOf(capabilities, providers);
  }

  private async pointersTo(
    tx: Transaction,
    item: {
      readonly channelId: number;
      readonly name: string;
      readonly architecture: string;
      readonly id: number;
    },
  ): Promise<{ streams: string[]; tags: string[] }> {
    const where = { channelId: item.channelId };
    const select = { name: true, versionId: true } as const;
    const streams = await tx.stream.findMany({ where, select, orderBy: { name: 'asc' } });
    const tags = await tx.tag.findMany({
      ...{ where, select, take: TAGS_ASKED_MAX },
      orderBy: [{ createdAt: 'desc' }, { name: 'asc' }],
    });
    const ids = new Set([...streams, ...tags].map(({ versionId }) => versionId));
    const carried = await this.versions.carriedBy(tx, [...ids], item);
    const names = (pointers: typeof streams) =>
      pointers
        .filter(({ versionId }) => carried.get(versionId) === item.id)
        .map(({ name }) => name);
    return { streams: names(streams), tags: names(tags) };
  }
}

interface Key {
  readonly channelId: number;
  readonly name: string;
  readonly architecture: string;
}

function listed(capabilities: readonly string[]): string[] {
  return capabilities.toSorted(compareText).slice(0, CAPABILITIES_LISTED_MAX);
}

async function pinsOf(tx: Transaction, where: Key): Promise<PackageDetail['pins']> {
  const rows = await tx.streamPin.findMany({ where, orderBy: { stream: 'asc' } });
  return rows.map(({ stream, account, reason, pinnedAt }) => ({
    ...{ stream, account, reason },
    at: pinnedAt.getTime(),
  }));
}

async function withdrawalOf(tx: Transaction, sha256: string): Promise<PackageDetail['withdrawn']> {
  const row = await tx.yankedPackage.findUnique({ where: { sha256 } });
  if (row === null) return null;
  return { account: row.account, reason: row.reason, at: row.yankedAt.getTime() };
}

async function buildsOf(tx: Transaction, key: Key): Promise<PackageDetail['builds']> {
  const { channelId, name, architecture } = key;
  const rows = await tx.package.findMany({
    where: { name, architecture, poolObjects: { some: { channelId } } },
    orderBy: [{ sourceRelease: 'desc' }, { buildRelease: 'desc' }],
    take: BUILDS_LISTED_MAX,
    select: {
      ...{ version: true, sourceRelease: true, buildRelease: true },
      ...{ sha256: true, createdAt: true },
    },
  });
  return rows.map(({ createdAt, sourceRelease, buildRelease, ...facts }) => ({
    ...facts,
    sourceRelease: Number(sourceRelease),
    buildRelease: Number(buildRelease),
    importedAt: createdAt.getTime(),
  }));
}
