import { AppError, type Architecture, type TaskState } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { type Prisma } from '../persistence/generated/client.js';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { type AttemptId, type TaskId, type TaskProgress } from './domain/task.js';

/** One recipe build wanted, as stored. Times are milliseconds. */
export interface Task {
  readonly id: TaskId;
  readonly changeSetId: string;
  readonly project: string;
  readonly profile: string;
  readonly repository: string;
  readonly source: string;
  readonly architecture: Architecture;
  readonly version: string;
  readonly sourceRelease: number;
  readonly commit: string;
  /** Committer time of the commit. */
  readonly commitAt: number;
  readonly treeId: string;
  readonly recipePath: string;
  readonly description: string;
  readonly progress: TaskProgress;
  readonly createdAt: number;
  readonly endedAt: number | null;
  /** Set by an operator: higher goes first, 0 is ordinary. */
  readonly bump: number;
  /** Set by an operator: not offered until it is released. */
  readonly isHeld: boolean;
  /** The rebuild that this is a step of; null for tasks that follow from a commit. */
  readonly rebuildId: string | null;
  /** Which build of its source within the rebuild; 0 for all others. */
  readonly stage: number;
  /** Capabilities that a bootstrap hint leaves out of this build. */
  readonly without: readonly string[];
}

export type NewTask = Omit<Task, 'id' | 'progress' | 'endedAt' | 'bump' | 'isHeld'>;

type TaskRow = Prisma.TaskGetPayload<object>;

/** Ids are Postgres integers: a larger number names no task. */
const TASK_ID_MAX = 2_147_483_647;

/** What a change set consists of. */
export interface ChangeSetWork {
  readonly taskCount: number;
  readonly taskId: number;
  readonly source: string;
  readonly rebuildId: string | null;
}

/** The only door to the task table. */
@Injectable()
export class TaskStore {
  constructor(private readonly database: SummitDatabase) {}

  /** Reads a task and keeps others from changing it until the transaction ends. */
  async lock(tx: Transaction, id: number): Promise<Task> {
    if (id <= TASK_ID_MAX) await tx.$queryRaw`SELECT 1 FROM "task" WHERE "id" = ${id} FOR UPDATE`;
    const row = id <= TASK_ID_MAX ? await tx.task.findUnique({ where: { id } }) : null;
    if (row === null)
      throw new AppError('task.not-found', `There is no task ${id}.`, { taskId: id });
    return toTask(row);
  }

  /** Writes what a transition changed. */
  async saveProgress(
    tx: Transaction,
    id: TaskId,
    progress: TaskProgress,
    now: number,
  ): Promise<void> {
    const isEnded = !['new', 'building', 'publishing'].includes(progress.state);
    await tx.task.update({
      where: { id },
      data: {
        state: progress.state,
        attemptId: progress.attemptId,
        heldUntil: progress.heldUntil === null ? null : new Date(progress.heldUntil),
        retryCount: progress.retryCount,
        ...(progress.isStaged ? {} : { stagedAt: null }),
        endedAt: isEnded ? new Date(now) : null,
      },
    });
  }

  async markStaged(tx: Transaction, id: TaskId, now: number): Promise<void> {
    await tx.task.update({ where: { id }, data: { stagedAt: new Date(now) } });
  }

  async create(tx: Transaction, task: NewTask): Promise<Task> {
    return toTask(await tx.task.create({ data: newRow(task) }));
  }

  /** Many at once, in the order given. */
  async createAll(tx: Transaction, tasks: readonly NewTask[]): Promise<Task[]> {
    const rows = await tx.task.createManyAndReturn({ data: tasks.map(newRow) });
    return rows.map(toTask);
  }

  /** The tasks of a rebuild in the order in which they were made. */
  async ofRebuild(rebuildId: string): Promise<Task[]> {
    const rows = await this.database.client.task.findMany({
      where: { rebuildId },
      orderBy: { id: 'asc' },
    });
    return rows.map(toTask);
  }

  /** Has tasks published with another change set. */
  async moveTo(tx: Transaction, changeSetId: string, ids: readonly TaskId[]): Promise<void> {
    await tx.task.updateMany({ where: { id: { in: [...ids] } }, data: { changeSetId } });
  }

  /** Waiting tasks of a profile that follow from commits. */
  async waitingOf(
    tx: Transaction,
    key: { readonly project: string; readonly profile: string },
  ): Promise<Task[]> {
    const rows = await tx.task.findMany({
      where: {
        projectName: key.project,
        profileName: key.profile,
        state: 'new',
        rebuildId: null,
      },
      orderBy: { id: 'asc' },
    });
    return rows.map(toTask);
  }

  /** Notes as which stage of a cycle a task is given away; the steps of a rebuild know that from the start. */
  async noteStage(
    tx: Transaction,
    task: Task,
    stage: { readonly rebuildAfter: readonly string[]; readonly without: readonly string[] },
  ): Promise<Task> {
    if (task.rebuildId !== null) return task;
    const { rebuildAfter, without } = stage;
    await tx.task.update({
      where: { id: task.id },
      data: { rebuildAfter: toJson(rebuildAfter), without: toJson(without) },
    });
    return { ...task, without };
  }

  /** Completed tasks of commits that lacked new versions of other sources, which nobody has decided on yet. */
  async undecidedStages(): Promise<{ readonly task: Task; readonly rebuildAfter: string[] }[]> {
    const found = await this.database.client.$queryRaw<{ id: number }[]>`
      SELECT "id" FROM "task"
      WHERE "state" = 'completed' AND "rebuild_id" IS NULL AND "rebuild_after" <> '[]'`;
    if (found.length === 0) return [];
    const rows = await this.database.client.task.findMany({
      where: { id: { in: found.map((row) => row.id) } },
      orderBy: { id: 'asc' },
    });
    return rows.map((row) => ({ task: toTask(row), rebuildAfter: row.rebuildAfter as string[] }));
  }

  /** The last two completed builds of a source for a profile, newest first. */
  async lastCompleted(
    key: { readonly project: string; readonly profile: string },
    source: string,
  ): Promise<{ readonly endedAt: number; readonly exported: string | null }[]> {
    const rows = await this.database.client.task.findMany({
      where: {
        projectName: key.project,
        profileName: key.profile,
        source,
        state: 'completed',
      },
      orderBy: { endedAt: 'desc' },
      take: 2,
    });
    return rows.map((row) => ({ endedAt: row.endedAt?.getTime() ?? 0, exported: row.exported }));
  }

  /** What the last build of each source that was completed before a rebuild exports. */
  async exportedBefore(rebuild: {
    readonly id: string;
    readonly project: string;
    readonly profile: string;
  }): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.client.$queryRaw<{ source: string; exported: string }[]>`
      SELECT DISTINCT ON ("source") "source", coalesce("exported", '') AS "exported" FROM "task"
      WHERE "project_name" = ${rebuild.project} AND "profile_name" = ${rebuild.profile}
        AND "state" = 'completed' AND "rebuild_id" IS DISTINCT FROM ${rebuild.id}::uuid
      ORDER BY "source", "ended_at" DESC`;
    return new Map(rows.map((row) => [row.source, row.exported]));
  }

  /** Notes that it is decided whether a task is built once more. */
  async forgetStage(tx: Transaction, id: TaskId): Promise<void> {
    await tx.task.update({ where: { id }, data: { rebuildAfter: [] } });
  }

  /** Notes what a staged build exports. */
  async noteExported(tx: Transaction, id: TaskId, exported: string): Promise<void> {
    await tx.task.update({ where: { id }, data: { exported } });
  }

  /** When each staged task of a rebuild was staged and what it exports. */
  async stagedOf(
    rebuildId: string,
  ): Promise<
    { readonly source: string; stage: number; stagedAt: number; exported: string; usedAt: number }[]
  > {
    const rows = await this.database.client.task.findMany({
      where: { rebuildId, stagedAt: { not: null } },
      include: { attempts: { where: { state: 'accepted' }, select: { dispatchedAt: true } } },
    });
    return rows.map((row) => ({
      source: row.source,
      stage: row.stage,
      stagedAt: row.stagedAt?.getTime() ?? 0,
      exported: row.exported ?? '',
      usedAt: row.attempts[0]?.dispatchedAt.getTime() ?? 0,
    }));
  }

  async setBump(tx: Transaction, id: TaskId, bump: number): Promise<void> {
    await tx.task.update({ where: { id }, data: { bump } });
  }

  async setHeld(tx: Transaction, id: TaskId, isHeld: boolean): Promise<void> {
    await tx.task.update({ where: { id }, data: { held: isHeld } });
  }

  async markSuperseded(tx: Transaction, id: TaskId, by: TaskId): Promise<void> {
    await tx.task.update({ where: { id }, data: { supersededBy: by } });
  }

  async find(id: number): Promise<Task | null> {
    if (id > TASK_ID_MAX) return null;
    const row = await this.database.client.task.findUnique({ where: { id } });
    return row === null ? null : toTask(row);
  }

  /** The source of each of these tasks. */
  async sourcesOf(ids: readonly TaskId[]): Promise<ReadonlyMap<TaskId, string>> {
    const rows = await this.database.client.task.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, source: true },
    });
    return new Map(rows.map((row) => [row.id as TaskId, row.source]));
  }

  /** The tasks of a repository for its recipes as they are now, newest first per source. */
  async latestPerSource(
    tx: Transaction,
    key: { project: string; repository: string; profile: string },
  ): Promise<Map<string, Task>> {
    const rows = await tx.task.findMany({
      where: {
        projectName: key.project,
        repositoryName: key.repository,
        profileName: key.profile,
        OR: [{ rebuildId: null }, { state: { notIn: ['cancelled', 'superseded'] } }],
      },
      orderBy: { id: 'desc' },
      distinct: ['source'],
    });
    return new Map(rows.map((row) => [row.source, toTask(row)]));
  }

  async open(): Promise<Task[]> {
    const rows = await this.database.client.task.findMany({
      where: { state: { in: ['new', 'building', 'publishing'] } },
      orderBy: { id: 'asc' },
    });
    return rows.map(toTask);
  }

  /** The newest failed or cancelled task of each source that has nothing newer that came right. */
  async unresolvedFailures(): Promise<Task[]> {
    const rows = await this.database.client.$queryRaw<{ id: number }[]>`
      SELECT "id" FROM "task" AS "ended" WHERE "state" IN ('failed', 'cancelled') AND "rebuild_id" IS NULL AND NOT EXISTS (
        SELECT 1 FROM "task" AS "newer"
        WHERE "newer"."project_name" = "ended"."project_name"
          AND "newer"."profile_name" = "ended"."profile_name"
          AND "newer"."source" = "ended"."source"
          AND "newer"."repository_name" = "ended"."repository_name"
          AND "newer"."id" > "ended"."id" AND "newer"."state" <> 'superseded'
          AND ("newer"."rebuild_id" IS NULL OR "newer"."state" = 'completed'))`;
    if (rows.length === 0) return [];
    const failed = await this.database.client.task.findMany({
      where: { id: { in: rows.map((row) => row.id) } },
    });
    return failed.map(toTask);
  }

  async list(filter: {
    readonly state?: TaskState | undefined;
    readonly source?: string | undefined;
    readonly project?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  }): Promise<Task[]> {
    if (filter.source?.includes('\0') === true) return [];
    const rows = await this.database.client.task.findMany({
      where: {
        ...(filter.state === undefined ? {} : { state: filter.state }),
        ...(filter.source === undefined ? {} : { source: filter.source }),
        ...(filter.project === undefined ? {} : { projectName: filter.project }),
        ...(filter.before === undefined
          ? {}
          : { id: { lt: Math.min(filter.before, TASK_ID_MAX) } }),
      },
      orderBy: { id: 'desc' },
      take: filter.limit,
    });
    return rows.map(toTask);
  }

  /** By change set: how many tasks it has, its first one, and the rebuild it belongs to. */
  async workOf(changeSetIds: readonly string[]): Promise<ReadonlyMap<string, ChangeSetWork>> {
    const rows = await this.database.client.$queryRaw<(ChangeSetWork & { changeSetId: string })[]>`
      SELECT DISTINCT ON ("change_set_id") "change_set_id"::text AS "changeSetId", "id" AS "taskId", "source",
        "rebuild_id"::text AS "rebuildId", (count(*) OVER (PARTITION BY "change_set_id"))::int AS "taskCount"
      FROM "task" WHERE "change_set_id" = ANY(${[...changeSetIds]}::uuid[])
      ORDER BY "change_set_id", "id"`;
    return new Map(rows.map(({ changeSetId, ...work }) => [changeSetId, work]));
  }

  /** A newer task of the same source that waits, if there is one: then the older need not be offered again. */
  async newerWaiting(tx: Transaction, task: Task): Promise<Task | null> {
    // Steps of a rebuild are all wanted, several of one source too.
    if (task.rebuildId !== null) return null;
    const row = await tx.task.findFirst({
      where: {
        projectName: task.project,
        repositoryName: task.repository,
        profileName: task.profile,
        source: task.source,
        architecture: task.architecture,
        id: { gt: task.id },
        rebuildId: null,
        state: { in: ['new', 'building', 'publishing', 'completed'] },
      },
      orderBy: { id: 'desc' },
    });
    return row === null ? null : toTask(row);
  }

  /** Tasks that ended last, newest first. */
  async recentlyEnded(limit: number): Promise<Task[]> {
    const rows = await this.database.client.task.findMany({
      where: { endedAt: { not: null }, state: { not: 'superseded' } },
      orderBy: { endedAt: 'desc' },
      take: limit,
    });
    return rows.map(toTask);
  }

  async countPerState(): Promise<ReadonlyMap<TaskState, number>> {
    const rows = await this.database.client.task.groupBy({ by: ['state'], _count: { _all: true } });
    return new Map(rows.map((row) => [row.state as TaskState, row._count._all]));
  }

  /** The next build release of a source's release on an architecture in a channel; it only rises. */
  async nextBuildRelease(tx: Transaction, task: Task, channel: string): Promise<number> {
    const { source, sourceRelease, architecture } = task;
    const rows = await tx.$queryRaw<{ last: number }[]>`
      INSERT INTO "build_release_counter" ("channel", "source", "source_release", "architecture", "last")
      VALUES (${channel}, ${source}, ${sourceRelease}, ${architecture}, 1)
      ON CONFLICT ("channel", "source", "source_release", "architecture")
      DO UPDATE SET "last" = "build_release_counter"."last" + 1
      RETURNING "last"`;
    return rows[0]?.last ?? 1;
  }
}

function toTask(row: TaskRow): Task {
  return {
    id: row.id as TaskId,
    changeSetId: row.changeSetId,
    project: row.projectName,
    profile: row.profileName,
    repository: row.repositoryName,
    source: row.source,
    architecture: row.architecture as Architecture,
    version: row.version,
    sourceRelease: row.sourceRelease,
    commit: row.commit,
    commitAt: row.commitAt.getTime(),
    treeId: row.treeId,
    recipePath: row.recipePath,
    description: row.description,
    progress: {
      state: row.state as TaskState,
      attemptId: row.attemptId as AttemptId | null,
      isStaged: row.stagedAt !== null,
      heldUntil: row.heldUntil?.getTime() ?? null,
      retryCount: row.retryCount,
    },
    createdAt: row.createdAt.getTime(),
    endedAt: row.endedAt?.getTime() ?? null,
    bump: row.bump,
    isHeld: row.held,
    rebuildId: row.rebuildId,
    stage: row.stage,
    without: row.without as string[],
  };
}

function newRow(task: NewTask): Prisma.TaskUncheckedCreateInput {
  return {
    changeSetId: task.changeSetId,
    projectName: task.project,
    profileName: task.profile,
    repositoryName: task.repository,
    source: task.source,
    architecture: task.architecture,
    version: task.version,
    sourceRelease: task.sourceRelease,
    commit: task.commit,
    commitAt: new Date(task.commitAt),
    treeId: task.treeId,
    recipePath: task.recipePath,
    description: task.description,
    state: 'new',
    createdAt: new Date(task.createdAt),
    rebuildId: task.rebuildId,
    stage: task.stage,
    without: toJson(task.without),
  };
}
