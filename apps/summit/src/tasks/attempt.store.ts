import { AppError, type AttemptState, type BuildFailure, type Collectable } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { storableText, toJson } from '../persistence/json.js';
import { type Prisma } from '../persistence/generated/client.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { type AttemptId, type TaskId } from './domain/task.js';

/** One try at a task's build, as stored. Times are milliseconds. */
export interface Attempt {
  readonly id: AttemptId;
  readonly taskId: TaskId;
  readonly number: number;
  readonly fence: number;
  readonly builderId: string;
  readonly buildRelease: number;
  readonly pinnedHistory: string | null;
  readonly state: AttemptState;
  readonly leaseExpiresAt: number;
  readonly step: string | null;
  readonly dispatchedAt: number;
  readonly startedAt: number | null;
  readonly reportedAt: number | null;
  readonly endedAt: number | null;
  readonly logSizeBytes: number;
  readonly logFinalBytes: number | null;
  readonly failure: BuildFailure | null;
  readonly collectables: readonly Collectable[];
}

/** The states in which a builder's slot is taken. */
export const RUNNING_STATES: readonly AttemptState[] = ['dispatched', 'building'];

/** Largest release that the column holds. */
const RELEASE_MAX = 2_147_483_647;

type AttemptRow = Prisma.AttemptGetPayload<object>;

interface AttemptChange {
  readonly state?: AttemptState;
  readonly step?: string | null;
  readonly startedAt?: number;
  readonly reportedAt?: number;
  readonly endedAt?: number | null;
  readonly leaseExpiresAt?: number;
  readonly logSizeBytes?: number;
  readonly logFinalBytes?: number;
  readonly failure?: BuildFailure;
  readonly collectables?: readonly Collectable[];
}

/** The only door to the attempt table. */
@Injectable()
export class AttemptStore {
  constructor(private readonly database: SummitDatabase) {}

  async create(
    tx: Transaction,
    attempt: Pick<
      Attempt,
      | 'id'
      | 'taskId'
      | 'builderId'
      | 'buildRelease'
      | 'pinnedHistory'
      | 'leaseExpiresAt'
      | 'dispatchedAt'
    >,
  ): Promise<Attempt> {
    const [next] = await tx.$queryRaw<{ fence: bigint; number: bigint }[]>`
      SELECT nextval('attempt_fence') AS "fence",
        (SELECT count(*) + 1 FROM "attempt" WHERE "task_id" = ${attempt.taskId}) AS "number"`;
    const row = await tx.attempt.create({
      data: {
        ...attempt,
        number: Number(next?.number ?? 1),
        fence: next?.fence ?? 1n,
        state: 'dispatched',
        leaseExpiresAt: new Date(attempt.leaseExpiresAt),
        dispatchedAt: new Date(attempt.dispatchedAt),
      },
    });
    return toAttempt(row);
  }

  /** An attempt of this builder with this fence; the task must be locked by the caller before it decides. */
  async ofBuilder(
    db: Transaction,
    claim: { readonly attemptId: string; readonly fence: number; readonly builderId: string },
  ): Promise<Attempt> {
    const row = await db.attempt.findUnique({ where: { id: claim.attemptId } });
    if (row === null || row.builderId !== claim.builderId || Number(row.fence) !== claim.fence) {
      throw new AppError('attempt.not-found', 'There is no such attempt of this builder.', {
        attemptId: claim.attemptId,
      });
    }
    return toAttempt(row);
  }

  async find(id: string, db: Transaction = this.database.client): Promise<Attempt | null> {
    const row = await db.attempt.findUnique({ where: { id } });
    return row === null ? null : toAttempt(row);
  }

  async update(tx: Transaction, id: string, change: AttemptChange): Promise<void> {
    const {
      step,
      startedAt,
      reportedAt,
      endedAt,
      leaseExpiresAt,
      failure,
      collectables,
      logSizeBytes,
      logFinalBytes,
      ...plain
    } = change;
    await tx.attempt.update({
      where: { id },
      data: {
        ...plain,
        ...(step === undefined ? {} : { step: step === null ? null : storableText(step) }),
        ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt) }),
        ...(reportedAt === undefined ? {} : { reportedAt: new Date(reportedAt) }),
        ...(endedAt === undefined ? {} : { endedAt: endedAt === null ? null : new Date(endedAt) }),
        ...(leaseExpiresAt === undefined ? {} : { leaseExpiresAt: new Date(leaseExpiresAt) }),
        ...(logSizeBytes === undefined ? {} : { logSizeBytes: BigInt(logSizeBytes) }),
        ...(logFinalBytes === undefined ? {} : { logFinalBytes: BigInt(logFinalBytes) }),
        ...(failure === undefined ? {} : { failure: toJson(failure) }),
        ...(collectables === undefined ? {} : { collectables: toJson(collectables) }),
      },
    });
  }

  async ofTask(taskId: number, db: Transaction = this.database.client): Promise<Attempt[]> {
    const rows = await db.attempt.findMany({ where: { taskId }, orderBy: { number: 'asc' } });
    return rows.map(toAttempt);
  }

  async ofTasks(taskIds: readonly number[]): Promise<Attempt[]> {
    const rows = await this.database.client.attempt.findMany({
      where: { taskId: { in: [...taskIds] } },
      orderBy: [{ taskId: 'asc' }, { number: 'asc' }],
    });
    return rows.map(toAttempt);
  }

  async running(db: Transaction = this.database.client): Promise<Attempt[]> {
    const rows = await db.attempt.findMany({ where: { state: { in: [...RUNNING_STATES] } } });
    return rows.map(toAttempt);
  }

  /** The attempts of a builder whose outcome is not final. */
  async unsettledOf(builderId: string, db: Transaction = this.database.client): Promise<Attempt[]> {
    const rows = await db.attempt.findMany({
      where: { builderId, state: { in: [...RUNNING_STATES, 'reserved'] } },
    });
    return rows.map(toAttempt);
  }

  async withIds(ids: readonly string[]): Promise<Attempt[]> {
    const rows = await this.database.client.attempt.findMany({ where: { id: { in: [...ids] } } });
    return rows.map(toAttempt);
  }

  /** By SHA-256: the accepted attempts that built these packages of a source. */
  async thatBuilt(
    source: string,
    packages: readonly {
      readonly sha256: string;
      readonly sourceRelease: number;
      readonly buildRelease: number;
    }[],
  ): Promise<ReadonlyMap<string, Attempt>> {
    const rows = await this.database.client.attempt.findMany({
      where: {
        state: 'accepted',
        buildRelease: { in: packages.map(({ buildRelease }) => buildRelease).filter(isStorable) },
        task: {
          source,
          sourceRelease: {
            in: packages.map(({ sourceRelease }) => sourceRelease).filter(isStorable),
          },
        },
      },
    });
    const wanted = new Set(packages.map(({ sha256 }) => sha256));
    return new Map(
      rows
        .map(toAttempt)
        .flatMap((attempt) =>
          attempt.collectables
            .filter(({ sha256 }) => wanted.has(sha256))
            .map(({ sha256 }): [string, Attempt] => [sha256, attempt]),
        ),
    );
  }

  /** What the latest builds of these tasks lacked, where that is why they came to nothing. */
  async missingDependencies(
    taskIds: readonly TaskId[],
  ): Promise<ReadonlyMap<TaskId, readonly string[]>> {
    if (taskIds.length === 0) return new Map();
    const rows = await this.database.client.attempt.findMany({
      where: { taskId: { in: [...taskIds] } },
      orderBy: { number: 'desc' },
      distinct: ['taskId'],
      select: { taskId: true, failure: true },
    });
    return new Map(
      rows.flatMap(({ taskId, failure }): [TaskId, readonly string[]][] => {
        const missing = (failure as BuildFailure | null)?.missingDependencies;
        return missing === undefined ? [] : [[taskId as TaskId, missing]];
      }),
    );
  }

  /** Why tasks failed, by their newest attempt that says so. */
  async lastFailures(taskIds: readonly TaskId[]): Promise<ReadonlyMap<TaskId, BuildFailure>> {
    const rows = await this.database.client.attempt.findMany({
      where: { taskId: { in: [...taskIds] } },
      orderBy: { number: 'asc' },
      select: { taskId: true, failure: true },
    });
    return new Map(
      rows.flatMap(({ taskId, failure }): [TaskId, BuildFailure][] =>
        failure === null ? [] : [[taskId as TaskId, failure as unknown as BuildFailure]],
      ),
    );
  }

  /** Running attempts whose lease has run out. */
  async expired(now: number): Promise<Attempt[]> {
    const rows = await this.database.client.attempt.findMany({
      where: { state: { in: [...RUNNING_STATES] }, leaseExpiresAt: { lt: new Date(now) } },
    });
    return rows.map(toAttempt);
  }
}

/** Releases of packages from elsewhere may be larger than any that is built here. */
function isStorable(release: number): boolean {
  return release <= RELEASE_MAX;
}

function toAttempt(row: AttemptRow): Attempt {
  return {
    id: row.id as AttemptId,
    taskId: row.taskId as TaskId,
    number: row.number,
    fence: Number(row.fence),
    builderId: row.builderId,
    buildRelease: row.buildRelease,
    pinnedHistory: row.pinnedHistory,
    state: row.state as AttemptState,
    leaseExpiresAt: row.leaseExpiresAt.getTime(),
    step: row.step,
    dispatchedAt: row.dispatchedAt.getTime(),
    startedAt: row.startedAt?.getTime() ?? null,
    reportedAt: row.reportedAt?.getTime() ?? null,
    endedAt: row.endedAt?.getTime() ?? null,
    logSizeBytes: Number(row.logSizeBytes),
    logFinalBytes: row.logFinalBytes === null ? null : Number(row.logFinalBytes),
    failure: row.failure as BuildFailure | null,
    collectables: row.collectables as unknown as readonly Collectable[],
  };
}
