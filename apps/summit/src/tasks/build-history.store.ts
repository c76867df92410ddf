import { type DurationSample } from '@cairn/solver';
import { instantOf } from '@cairn/std';
import { Injectable } from '@nestjs/common';
import { SummitDatabase } from '../persistence/summit-database.js';

/** Newest builds that predictions rest on. */
const BUILDS_MAX = 20_000;

interface BuildRow {
  readonly source: string;
  readonly architecture: string;
  readonly builder: string;
  readonly startedAt: Date;
  readonly reportedAt: Date;
}

/** How long builds took. */
@Injectable()
export class BuildHistory {
  constructor(private readonly database: SummitDatabase) {}

  /** Successful builds, newest first; `classOf` says how fast a builder is. */
  async samples(classOf: (builderId: string) => string): Promise<DurationSample[]> {
    const rows = await this.database.client.$queryRaw<BuildRow[]>`
      SELECT "task"."source", "task"."architecture", "attempt"."builder_id" AS "builder",
        "attempt"."started_at" AS "startedAt", "attempt"."reported_at" AS "reportedAt"
      FROM "attempt" JOIN "task" ON "task"."id" = "attempt"."task_id"
      WHERE "attempt"."state" = 'accepted' AND "attempt"."started_at" IS NOT NULL
        AND "attempt"."reported_at" IS NOT NULL
      ORDER BY "attempt"."reported_at" DESC LIMIT ${BUILDS_MAX}`;
    return rows.map((row) => ({
      source: row.source,
      architecture: row.architecture,
      builderClass: classOf(row.builder),
      durationMs: Math.max(1, row.reportedAt.getTime() - row.startedAt.getTime()),
      endedAt: instantOf(row.reportedAt),
    }));
  }
}
