import {
  architectureSchema,
  VERSION_MOVES_LISTED_MAX,
  VERSION_PACKAGES_LISTED_MAX,
  type CarriedPage,
  type packageVersions,
  type RequestOf,
  type versionList,
  type VersionPage,
  type VersionView,
} from '@cairn/contracts';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import { releaseText } from '../pool/domain/pool-package.js';
import type { PackageStore } from '../pool/package.store.js';
import { readBriefly } from './package-rows.js';
import type { VersionReader } from './version-reader.js';

interface VersionRow {
  readonly id: number;
  readonly history: bigint;
  readonly created_at: Date;
  readonly package_count: number;
  readonly change_set_id: string | null;
  readonly parent: bigint | null;
  readonly streams: readonly string[];
  readonly tags: readonly string[];
  readonly leases: readonly string[];
}

interface CountRow {
  readonly version_id: number;
  readonly put: bigint;
  readonly removed: bigint;
}

interface ChangeRow {
  readonly version_id: number;
  readonly name: string;
  readonly architecture: string;
  readonly version: string | null;
  readonly source_release: bigint | null;
  readonly build_release: bigint | null;
}

interface MoveRow {
  readonly history: bigint;
  readonly stream: string;
  readonly cause: string;
  readonly account: string;
  readonly reason: string;
  readonly moved_at: Date;
}

/** Above every history: they have at most 18 digits. */
const HISTORY_END = 1_000_000_000_000_000_000n;

/** The versions of a channel over time. */
export class VersionTimeline {
  constructor(
    private readonly db: VesselDatabase,
    private readonly reader: VersionReader,
    private readonly versions: VersionStore,
    private readonly packages: PackageStore,
  ) {}

  /** A page of versions, newest first. Throws `channel.not-found`. */
  async page(query: RequestOf<typeof versionList>): Promise<VersionPage> {
    return readBriefly(this.db, async (tx) => {
      const channel = await this.reader.channel(tx, query.channel);
      const { rows, next } = await pageOfVersions(tx, channel.id, query);
      const ids = rows.map(({ id }) => id);
      const counts = await countsOf(tx, ids);
      const changes = await changesOf(tx, ids);
      const moves = await movesOf(
        tx,
        channel.id,
        rows.map(({ history }) => history),
      );
      const versions = rows.map((row): VersionView => {
        const count = counts.get(row.id);
        return {
          ...pointersOf(row),
          packageCount: row.package_count,
          leases: [...row.leases],
          parent: row.parent === null ? null : String(row.parent),
          putCount: Number(count?.put ?? 0n),
          removedCount: Number(count?.removed ?? 0n),
          packages: (changes.get(row.id) ?? []).map(changeView),
          moves: (moves.get(row.history) ?? []).map(moveView),
          changeSetId: row.change_set_id,
        };
      });
      return { versions, next };
    });
  }

  /** A page of versions with the release of a package that each carries. Throws `channel.not-found`. */
  async carrying(query: RequestOf<typeof packageVersions>): Promise<CarriedPage> {
    return readBriefly(this.db, async (tx) => {
      const channel = await this.reader.channel(tx, query.channel);
      const { rows, next } = await pageOfVersions(tx, channel.id, query);
      const ids = rows.map(({ id }) => id);
      const carried = await this.versions.carriedBy(tx, ids, query);
      const packages = await this.packages.packagesOf(tx, [...new Set(carried.values())]);
      const releases = new Map(packages.map((item) => [item.id, releaseText(item)]));
      const versions = rows.map((row) => ({
        ...pointersOf(row),
        release: releases.get(carried.get(row.id) ?? 0) ?? null,
      }));
      return { versions, next };
    });
  }
}

async function pageOfVersions(
  tx: Transaction,
  channelId: number,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<{ readonly rows: readonly VersionRow[]; readonly next: string | null }> {
  const end = before === undefined ? HISTORY_END : BigInt(before);
  const rows = await tx.$queryRaw<VersionRow[]>`
    SELECT id, history, created_at, package_count, change_set_id::text,
      (SELECT p.history FROM version p
        WHERE p.id = v.parent_id AND p.kind = 'published' AND p.retired_at IS NULL) AS parent,
      ARRAY(SELECT name FROM stream WHERE version_id = v.id ORDER BY name) AS streams,
      ARRAY(SELECT name FROM tag WHERE version_id = v.id ORDER BY name) AS tags,
      ARRAY(SELECT holder FROM version_lease WHERE version_id = v.id ORDER BY holder) AS leases
    FROM version v
    WHERE channel_id = ${channelId} AND kind = 'published' AND files_written_at IS NOT NULL
      AND retired_at IS NULL AND history < ${end}
    ORDER BY history DESC LIMIT ${limit + 1}`;
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { rows: shown, next: last === undefined ? null : String(last.history) };
}

function pointersOf({ history, created_at, streams, tags }: VersionRow) {
  return {
    history: String(history),
    createdAt: created_at.getTime(),
    streams: [...streams],
    tags: [...tags],
  };
}

async function countsOf(
  tx: Transaction,
  ids: readonly number[],
): Promise<ReadonlyMap<number, CountRow>> {
  const rows = await tx.$queryRaw<CountRow[]>`
    SELECT version_id, count(package_id) AS put, count(*) - count(package_id) AS removed
    FROM version_change WHERE version_id = ANY(${[...ids]}) GROUP BY version_id`;
  return new Map(rows.map((row) => [row.version_id, row]));
}

async function changesOf(
  tx: Transaction,
  ids: readonly number[],
): Promise<ReadonlyMap<number, readonly ChangeRow[]>> {
  const rows = await tx.$queryRaw<ChangeRow[]>`
    SELECT wanted.id AS version_id, c.name, c.architecture, p.version, p.source_release, p.build_release
    FROM unnest(${[...ids]}::int[]) AS wanted(id)
    CROSS JOIN LATERAL (
      SELECT name, architecture, package_id FROM version_change
      WHERE version_id = wanted.id ORDER BY architecture, name LIMIT ${VERSION_PACKAGES_LISTED_MAX}
    ) AS c LEFT JOIN package p ON p.id = c.package_id`;
  return Map.groupBy(rows, (row) => row.version_id);
}

/** By history: how streams came to point there, oldest first. */
async function movesOf(
  tx: Transaction,
  channelId: number,
  histories: readonly bigint[],
): Promise<ReadonlyMap<bigint, readonly MoveRow[]>> {
  const rows = await tx.$queryRaw<MoveRow[]>`
    SELECT m.* FROM unnest(${[...histories]}::bigint[]) AS wanted(history)
    CROSS JOIN LATERAL (
      SELECT history, stream, cause, account, reason, moved_at FROM stream_move
      WHERE channel_id = ${channelId} AND history = wanted.history
      ORDER BY id LIMIT ${VERSION_MOVES_LISTED_MAX}
    ) AS m`;
  return Map.groupBy(rows, ({ history }) => history);
}

function moveView({
  stream,
  cause,
  account,
  reason,
  moved_at,
}: MoveRow): VersionView['moves'][number] {
  return { stream, cause, account, reason, at: moved_at.getTime() };
}

function changeView(row: ChangeRow): VersionView['packages'][number] {
  const { name, version, source_release, build_release } = row;
  const release =
    version === null
      ? null
      : releaseText({
          version,
          sourceRelease: Number(source_release),
          buildRelease: Number(build_release),
        });
  return { name, architecture: architectureSchema.parse(row.architecture), release };
}
