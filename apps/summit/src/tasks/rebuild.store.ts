import { AppError } from '@cairn/contracts';
import { type PlanStep } from '@cairn/solver';
import { Injectable } from '@nestjs/common';
import { Prisma } from '../persistence/generated/client.js';
import { toJson } from '../persistence/json.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';

/** What people decided; how the publication goes is its change set's state. */
export type RebuildState = 'running' | 'paused' | 'cancelled';

/** A plan that is carried out as one. Times are milliseconds. */
export interface Rebuild {
  readonly id: string;
  readonly project: string;
  readonly profile: string;
  /** By stage: that of the first stage that is not built. */
  readonly changeSetId: string;
  readonly state: RebuildState;
  /** Null means that everything was asked for. */
  readonly changed: readonly string[] | null;
  /** Whether dependants are spared when nothing that they depend on exports anything else. */
  readonly cutOff: boolean;
  /** Whether each stage is published when it is built, instead of everything at the end. */
  readonly byStage: boolean;
  readonly steps: readonly PlanStep[];
  readonly round: number;
  readonly account: string;
  readonly createdAt: number;
}

type RebuildRow = Prisma.RebuildGetPayload<object>;

/** The only door to the rebuild table. */
@Injectable()
export class RebuildStore {
  constructor(private readonly database: SummitDatabase) {}

  async create(tx: Transaction, rebuild: Rebuild): Promise<void> {
    await tx.rebuild.create({
      data: {
        id: rebuild.id,
        projectName: rebuild.project,
        profileName: rebuild.profile,
        changeSetId: rebuild.changeSetId,
        state: rebuild.state,
        changed: rebuild.changed === null ? Prisma.DbNull : toJson(rebuild.changed),
        cutOff: rebuild.cutOff,
        byStage: rebuild.byStage,
        steps: toJson(rebuild.steps),
        round: rebuild.round,
        account: rebuild.account,
        createdAt: new Date(rebuild.createdAt),
      },
    });
  }

  /** Reads a rebuild and keeps others from changing it until the transaction ends. */
  async lock(tx: Transaction, id: string): Promise<Rebuild> {
    await tx.$queryRaw`SELECT 1 FROM "rebuild" WHERE "id" = ${id}::uuid FOR UPDATE`;
    return this.find(id, tx);
  }

  async find(id: string, db: Transaction = this.database.client): Promise<Rebuild> {
    const row = await db.rebuild.findUnique({ where: { id } });
    if (row === null)
      throw new AppError('rebuild.not-found', `There is no rebuild ${id}.`, { rebuildId: id });
    return toRebuild(row);
  }

  /** Those whose change set is not decided yet, oldest first. */
  async unfinished(db: Transaction = this.database.client): Promise<Rebuild[]> {
    const rows = await db.rebuild.findMany({
      where: { changeSet: { state: { in: ['open', 'publishing'] } } },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(toRebuild);
  }

  /** Newest first. */
  async latest(limit: number): Promise<Rebuild[]> {
    const rows = await this.database.client.rebuild.findMany({
      orderBy: { createdAt: 'desc' },
      take: limit,
    });
    return rows.map(toRebuild);
  }

  async setState(tx: Transaction, id: string, state: RebuildState): Promise<void> {
    await tx.rebuild.update({ where: { id }, data: { state } });
  }

  /** Adds the steps of one more round. */
  async addRound(tx: Transaction, rebuild: Rebuild, steps: readonly PlanStep[]): Promise<void> {
    await tx.rebuild.update({
      where: { id: rebuild.id },
      data: { round: rebuild.round + 1, steps: toJson([...rebuild.steps, ...steps]) },
    });
  }

  /** Its next stage is published as another change set. */
  async setChangeSet(tx: Transaction, id: string, changeSetId: string): Promise<void> {
    await tx.rebuild.update({ where: { id }, data: { changeSetId } });
  }

  /** Keeps two rebuilds of one profile from starting at the same time. */
  async lockProfile(
    tx: Transaction,
    key: { readonly project: string; readonly profile: string },
  ): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM "profile"
      WHERE "project_name" = ${key.project} AND "name" = ${key.profile} FOR UPDATE`;
  }
}

function toRebuild(row: RebuildRow): Rebuild {
  return {
    id: row.id,
    project: row.projectName,
    profile: row.profileName,
    changeSetId: row.changeSetId,
    state: row.state as RebuildState,
    changed: row.changed as string[] | null,
    cutOff: row.cutOff,
    byStage: row.byStage,
    steps: row.steps as unknown as PlanStep[],
    round: row.round,
    account: row.account,
    createdAt: row.createdAt.getTime(),
  };
}
