import type { Transaction } from '../persistence/vessel-database.js';
import { BoundedCache } from '../pool/bounded-cache.js';
import type { PackageFile } from '../pool/domain/package-file.js';
import type { PoolPackage } from '../pool/domain/pool-package.js';
import {
  buildKeyOf,
  type BuildKey,
  type PackageNeeds,
  type SharedPath,
} from './domain/gate-facts.js';
import { isSensitive } from './domain/gate-rules.js';

/** Capabilities kept in memory, over all packages. */
const CAPABILITIES_CACHED_MAX = 2_000_000;
const BATCH_SIZE = 5_000;
/** Shared paths that are looked at; a change with more is broken enough. */
const SHARED_PATHS_MAX = 1_000;

/** Facts for the gate. Rows of packages never change, so what was read stays true. */
export class GateStore {
  private readonly needs = new BoundedCache<number, PackageNeeds>(CAPABILITIES_CACHED_MAX);

  async needsOf(
    tx: Transaction,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, PackageNeeds>> {
    const found = new Map<number, PackageNeeds>();
    const missing = [...new Set(ids)].filter((id) => {
      const cached = this.needs.get(id);
      if (cached !== undefined) found.set(id, cached);
      return cached === undefined;
    });
    for (let at = 0; at < missing.length; at += BATCH_SIZE) {
      const rows = await tx.package.findMany({
        where: { id: { in: missing.slice(at, at + BATCH_SIZE) } },
        select: { id: true, depends: true, provides: true },
      });
      for (const row of rows) {
        this.needs.set(row.id, row, row.depends.length + row.provides.length + 1);
        found.set(row.id, row);
      }
    }
    return found;
  }

  /** Paths that packages which are put have in common with others. */
  async sharedPaths(
    tx: Transaction,
    put: readonly number[],
    all: readonly number[],
  ): Promise<readonly SharedPath[]> {
    return tx.$queryRaw<SharedPath[]>`
      SELECT f.path, f.package_id AS "packageId", g.package_id AS "otherId"
      FROM package_file f JOIN package_file g ON g.path = f.path AND g.package_id <> f.package_id
      WHERE f.package_id = ANY(${[...put]}) AND g.package_id = ANY(${[...all]})
        AND (g.package_id <> ALL(${[...put]}) OR f.package_id < g.package_id)
      ORDER BY f.path, f.package_id, g.package_id LIMIT ${SHARED_PATHS_MAX}`;
  }

  async sensitiveFiles(
    tx: Transaction,
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, readonly PackageFile[]>> {
    const rows = await tx.$queryRaw<(PackageFile & { readonly packageId: number })[]>`
      SELECT package_id AS "packageId", path, mode FROM package_file
      WHERE package_id = ANY(${[...ids]})
        AND ((mode & 3072) <> 0 OR path LIKE '%.d/%' OR path LIKE '%autostart/%' OR path LIKE '%generators/%')
      ORDER BY path`;
    return Map.groupBy(rows.filter(isSensitive), ({ packageId }) => packageId);
  }

  /** What the builds of these packages brought, by build. */
  async builtNames(
    tx: Transaction,
    items: readonly PoolPackage[],
  ): Promise<ReadonlyMap<string, readonly string[]>> {
    const builds = [...new Map(items.map((item) => [buildKeyOf(item), item])).values()];
    const rows = await tx.$queryRaw<(BuildKey & { readonly name: string })[]>`
      SELECT p.name, p.architecture, p.source_id AS "sourceId",
        p.source_release AS "sourceRelease", p.build_release AS "buildRelease"
      FROM unnest(
        ${builds.map((item) => item.sourceId)}::text[],
        ${builds.map((item) => item.sourceRelease)}::bigint[],
        ${builds.map((item) => item.buildRelease)}::bigint[],
        ${builds.map((item) => item.architecture)}::text[]) AS b(source, release, build, architecture)
      JOIN package p ON p.source_id = b.source AND p.source_release = b.release
        AND p.build_release = b.build AND p.architecture = b.architecture
      ORDER BY p.name`;
    const keyed = Map.groupBy(rows, buildKeyOf);
    return new Map([...keyed].map(([key, group]) => [key, group.map(({ name }) => name)]));
  }
}
