import { Injectable } from '@nestjs/common';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { type TaskId } from './domain/task.js';

export type ChangeSetState = 'open' | 'publishing' | 'published' | 'refused' | 'abandoned';

/** Tasks whose packages are published together; one or a thousand. */
export interface ChangeSet {
  readonly id: string;
  readonly project: string;
  readonly channel: string;
  readonly stream: string;
  readonly state: ChangeSetState;
  readonly lineHistory: string | null;
  readonly publishedHistory: string | null;
  readonly refusal: { readonly code: string; readonly message: string } | null;
  readonly endedAt: number | null;
}

/** What decides when a change set is published; much lighter than the tasks themselves. */
export interface ChangeSetMember {
  readonly id: TaskId;
  readonly source: string;
  /** Which build of its source within a rebuild; 0 for all others. */
  readonly stage: number;
  readonly state: string;
  readonly isStaged: boolean;
}

interface ChangeSetRow {
  readonly id: string;
  readonly projectName: string;
  readonly channel: string;
  readonly stream: string;
  readonly state: string;
  readonly lineHistory: string | null;
  readonly publishedHistory: string | null;
  readonly refusal: unknown;
  readonly endedAt: Date | null;
}

/** The only door to the change set table. */
@Injectable()
export class ChangeSetStore {
  constructor(private readonly database: SummitDatabase) {}

  async create(
    tx: Transaction,
    set: Pick<ChangeSet, 'id' | 'project' | 'channel' | 'stream'> & { readonly createdAt: number },
  ): Promise<void> {
    await tx.changeSet.create({
      data: {
        id: set.id,
        projectName: set.project,
        channel: set.channel,
        stream: set.stream,
        state: 'open',
        createdAt: new Date(set.createdAt),
      },
    });
  }

  async lock(tx: Transaction, id: string): Promise<ChangeSet | null> {
    await tx.$queryRaw`SELECT 1 FROM "change_set" WHERE "id" = ${id}::uuid FOR UPDATE`;
    const row = await tx.changeSet.findUnique({ where: { id } });
    return row === null ? null : toChangeSet(row);
  }

  async find(id: string, db: Transaction = this.database.client): Promise<ChangeSet | null> {
    const row = await db.changeSet.findUnique({ where: { id } });
    return row === null ? null : toChangeSet(row);
  }

  async withIds(ids: readonly string[]): Promise<ReadonlyMap<string, ChangeSet>> {
    const rows = await this.database.client.changeSet.findMany({ where: { id: { in: [...ids] } } });
    return new Map(rows.map((row) => [row.id, toChangeSet(row)]));
  }

  async setLine(tx: Transaction, id: string, lineHistory: string): Promise<void> {
    await tx.changeSet.update({ where: { id }, data: { lineHistory } });
  }

  async setState(
    tx: Transaction,
    id: string,
    change: {
      readonly state: ChangeSetState;
      readonly publishedHistory?: string;
      readonly refusal?: unknown;
      readonly endedAt?: number;
    },
  ): Promise<void> {
    await tx.changeSet.update({
      where: { id },
      data: {
        state: change.state,
        ...(change.publishedHistory === undefined
          ? {}
          : { publishedHistory: change.publishedHistory }),
        ...(change.refusal === undefined ? {} : { refusal: toJson(change.refusal) }),
        ...(change.endedAt === undefined ? {} : { endedAt: new Date(change.endedAt) }),
      },
    });
  }

  /** Why vessel refused a stage of a rebuild; null when it did not. */
  async refusalOf(rebuildId: string): Promise<ChangeSet['refusal']> {
    const row = await this.database.client.changeSet.findFirst({
      where: { state: 'refused', tasks: { some: { rebuildId } } },
    });
    return row === null ? null : toChangeSet(row).refusal;
  }

  /** The members and how they stand. */
  async members(tx: Transaction, id: string): Promise<ChangeSetMember[]> {
    const rows = await tx.task.findMany({
      where: { changeSetId: id },
      select: { id: true, source: true, stage: true, state: true, stagedAt: true },
    });
    return rows.map(({ id: taskId, stagedAt, ...member }) => ({
      ...member,
      id: taskId as TaskId,
      isStaged: stagedAt !== null,
    }));
  }
}

function toChangeSet(row: ChangeSetRow): ChangeSet {
  return {
    id: row.id,
    project: row.projectName,
    channel: row.channel,
    stream: row.stream,
    state: row.state as ChangeSetState,
    lineHistory: row.lineHistory,
    publishedHistory: row.publishedHistory,
    refusal: row.refusal as ChangeSet['refusal'],
    endedAt: row.endedAt?.getTime() ?? null,
  };
}
