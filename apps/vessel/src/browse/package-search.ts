import {
  AppError,
  MATCHES_LISTED_MAX,
  type CapabilityUsers,
  type capabilityUsers,
  type packageList,
  type PackagePage,
  type RequestOf,
} from '@cairn/contracts';
import { compareText } from '@cairn/stone';
import { Prisma } from '../persistence/generated/client.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import { namesIn } from './domain/capability-match.js';
import { containing, fileTerms, hasTrigram, textTerms } from './domain/search-terms.js';
import { packageView, pageOf, readBriefly, type PackageRow } from './package-rows.js';
import type { VersionReader } from './version-reader.js';

type Query = RequestOf<typeof packageList>;
type Found = PackagePage['packages'][number];

interface FileRow {
  readonly package_id: number;
  readonly path: string;
}

/** Paths that one search looks at; what lies behind them is not found. */
const FILES_LOOKED_AT_MAX = 5_000;

/** Finds packages of a version by what people remember of them. */
export class PackageSearch {
  constructor(
    private readonly db: VesselDatabase,
    private readonly reader: VersionReader,
    /** Base URL of the public folder, without a slash at its end. */
    private readonly publicUrl: string,
  ) {}

  /** A page of a version's packages. Throws `version.not-found`, `search.too-short`, `search.too-costly`. */
  async packages(query: Query): Promise<PackagePage> {
    const text = query.search?.trim() ?? '';
    return readBriefly(this.db, async (tx) => {
      const { version } = await this.reader.find(tx, query);
      const ids = await this.reader.packageIds(tx, version);
      const page = await this.search(tx, { ...query, text, ids });
      return { history: String(version.history), ...page };
    });
  }

  private search(
    tx: Transaction,
    wish: Query & { readonly text: string; readonly ids: readonly number[] },
  ): Promise<Omit<PackagePage, 'history'>> {
    if (wish.text === '') return this.byCondition(tx, { ...wish, where: Prisma.sql`TRUE` });
    if (wish.by === 'file') return this.byFile(tx, wish);
    if (wish.by === 'capability') return this.byCapability(tx, wish);
    const { kind, pattern } = textTerms(wish.text);
    const where =
      kind === 'anywhere'
        ? Prisma.sql`name ILIKE ${pattern} OR source_id ILIKE ${pattern} OR summary ILIKE ${pattern}`
        : Prisma.sql`lower(name) LIKE ${pattern}`;
    const first = Prisma.sql`lower(name) = lower(${wish.text}) DESC`;
    return this.byCondition(tx, { ...wish, where, first });
  }

  private async byCondition(
    tx: Transaction,
    wish: Query & {
      readonly ids: readonly number[];
      readonly where: Prisma.Sql;
      readonly first?: Prisma.Sql;
    },
    matchesOf: (row: PackageRow) => readonly string[] = () => [],
  ): Promise<Omit<PackagePage, 'history'>> {
    const { total, rows } = await pageOf(tx, wish);
    const packages = rows.map((row): Found => ({
      ...packageView(this.publicUrl, wish.channel, row),
      matches: matchesOf(row).slice(0, MATCHES_LISTED_MAX),
    }));
    return { total, isCut: false, packages };
  }

  private byCapability(
    tx: Transaction,
    wish: Query & { readonly text: string; readonly ids: readonly number[] },
  ): Promise<Omit<PackagePage, 'history'>> {
    const { text } = wish;
    if (!hasTrigram(text)) {
      const message = 'Capabilities are found by at least three letters or digits in a row.';
      throw new AppError('search.too-short', message);
    }
    const where = Prisma.sql`capability_text(provides) ILIKE ${containing(text)}`;
    const sought = text.toLowerCase();
    return this.byCondition(tx, { ...wish, where }, ({ provides }) =>
      provides.filter((capability) => capability.toLowerCase().includes(sought)),
    );
  }

  private async byFile(
    tx: Transaction,
    wish: Query & { readonly text: string; readonly ids: readonly number[] },
  ): Promise<Omit<PackagePage, 'history'>> {
    const { beginning, name, inside } = fileTerms(wish.text);
    const byName =
      name === null
        ? Prisma.empty
        : Prisma.sql`OR (substring(path from '[^/]*$') LIKE ${name} AND '/' || path LIKE ${inside})`;
    const rows = await tx.$queryRaw<FileRow[]>`
      SELECT package_id, path FROM package_file
      WHERE (path LIKE ${beginning} ${byName}) AND package_id = ANY(${[...wish.ids]})
      LIMIT ${FILES_LOOKED_AT_MAX + 1}`;
    const found = Map.groupBy(rows, ({ package_id }) => package_id);
    const where = Prisma.sql`TRUE`;
    const page = await this.byCondition(tx, { ...wish, ids: [...found.keys()], where }, ({ id }) =>
      (found.get(id) ?? []).map(({ path }) => path).sort(compareText),
    );
    return { ...page, isCut: rows.length > FILES_LOOKED_AT_MAX };
  }

  /** A page of who provides and of who needs a capability. Every package provides its own name. */
  async capabilityUsers(query: RequestOf<typeof capabilityUsers>): Promise<CapabilityUsers> {
    const { capability, channel, offset, limit } = query;
    return readBriefly(this.db, async (tx) => {
      const { version } = await this.reader.find(tx, query);
      const ids = await this.reader.packageIds(tx, version);
      const names = namesIn([capability]);
      const page = { ids, offset, limit };
      const providers = await pageOf(tx, {
        ...page,
        where: Prisma.sql`provides @> ARRAY[${capability}] OR name = ANY(${names})`,
      });
      const dependants = await pageOf(tx, {
        ...page,
        where: Prisma.sql`depends @> ARRAY[${capability}]`,
      });
      const views = (rows: readonly PackageRow[]) =>
        rows.map((row) => packageView(this.publicUrl, channel, row));
      return {
        history: String(version.history),
        providers: views(providers.rows),
        dependants: views(dependants.rows),
        providerCount: providers.total,
        dependantCount: dependants.total,
      };
    });
  }
}
