import { AppError, architectureSchema, type PackageView } from '@cairn/contracts';
import { isStatementTimeout } from '@cairn/persistence';
import { Prisma } from '../persistence/generated/client.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';

/** A package as lists show it. */
export interface PackageRow {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly sourceRelease: bigint;
  readonly buildRelease: bigint;
  readonly architecture: string;
  readonly sourceId: string;
  readonly summary: string;
  readonly sizeBytes: bigint;
  readonly sha256: string;
  readonly poolPath: string;
  readonly depends: readonly string[];
  readonly provides: readonly string[];
}

/** Which of the packages of a version, and which part of the list. */
export interface PageWish {
  readonly ids: readonly number[];
  readonly where: Prisma.Sql;
  /** Comes before the order of name, then architecture. */
  readonly first?: Prisma.Sql;
  readonly offset: number;
  readonly limit: number;
}

/** Longest time for one statement of a reader; whoever searches has no right to more of the database. */
const STATEMENT_TIMEOUT_MS = 4_000;
const TRANSACTION_TIMEOUT_MS = 15_000;

/** Reads for somebody who looks around, within limits. Throws `search.too-costly` when a statement takes too long. */
export async function readBriefly<T>(
  db: VesselDatabase,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await db.inTransaction(
      async (tx) => {
        await tx.$executeRaw`SELECT set_config('statement_timeout', ${String(STATEMENT_TIMEOUT_MS)}, true)`;
        return work(tx);
      },
      { timeoutMs: TRANSACTION_TIMEOUT_MS },
    );
  } catch (error) {
    if (!isStatementTimeout(error)) throw error;
    const message = 'This takes too long. Search for a longer or rarer text.';
    throw new AppError('search.too-costly', message, {}, { cause: error });
  }
}

/** A page of packages and how many there are in all. */
export async function pageOf(
  tx: Transaction,
  wish: PageWish,
): Promise<{ readonly total: number; readonly rows: readonly PackageRow[] }> {
  const { ids, offset, limit, first } = wish;
  const condition = Prisma.sql`id = ANY(${[...ids]}) AND (${wish.where})`;
  const totals = await tx.$queryRaw<{ total: bigint }[]>`
    SELECT count(*) AS total FROM package WHERE ${condition}`;
  const before = first === undefined ? Prisma.empty : Prisma.sql`${first}, `;
  const rows = await tx.$queryRaw<PackageRow[]>`
    SELECT id, name, version, source_release AS "sourceRelease", build_release AS "buildRelease",
      architecture, source_id AS "sourceId", summary, size_bytes AS "sizeBytes", sha256,
      pool_path AS "poolPath", depends, provides
    FROM package WHERE ${condition}
    ORDER BY ${before}name COLLATE "C", architecture LIMIT ${limit} OFFSET ${offset}`;
  return { total: Number(totals[0]?.total ?? 0n), rows };
}

/** What people see of a package of a channel. `publicUrl` has no slash at its end. */
export function packageView(publicUrl: string, channel: string, row: PackageRow): PackageView {
  const path = row.poolPath.split('/').map(encodeURIComponent).join('/');
  return {
    name: row.name,
    version: row.version,
    sourceRelease: Number(row.sourceRelease),
    buildRelease: Number(row.buildRelease),
    architecture: architectureSchema.parse(row.architecture),
    source: row.sourceId,
    summary: row.summary,
    sizeBytes: Number(row.sizeBytes),
    sha256: row.sha256,
    url: `${publicUrl}/${channel}/${path}`,
  };
}
