import {
  AppError,
  type AttemptReport,
  type AttemptVerdict,
  type heartbeat,
  type hello,
  type ReplyOf,
  type RequestOf,
} from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptLeases } from '../tasks/attempt-leases.service.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { TaskStore } from '../tasks/task.store.js';
import { SUMMIT_FEATURES, SUMMIT_VERSION } from '../version.js';
import { BuilderStore, type Builder } from './builder.store.js';
import { reconcile, type KnownAttempt } from './domain/reconcile.js';

/** Holds the conversation with connected builders: who they are, what they do, how their machines are. */
@Injectable()
export class BuilderSessions {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly database: SummitDatabase,
    private readonly builders: BuilderStore,
    private readonly attempts: AttemptStore,
    private readonly tasks: TaskStore,
    private readonly leases: AttemptLeases,
    private readonly events: EventStore,
  ) {}

  async hello(builderId: string, request: RequestOf<typeof hello>): Promise<ReplyOf<typeof hello>> {
    const now = this.clock.now();
    await this.database.inTransaction(async (tx) => {
      const before = await this.need(tx, builderId);
      await this.builders.introduce(tx, builderId, request, now);
      if (before.instanceId === request.instanceId) return;
      const sentence = `Builder ${builderId} connected (version ${request.version}, ${request.slots} ${request.slots === 1 ? 'slot' : 'slots'}).`;
      await this.events.record(tx, { at: now, kind: 'builder.connected', sentence, builderId });
    });
    return {
      version: SUMMIT_VERSION,
      features: [...SUMMIT_FEATURES],
      heartbeatIntervalMs: this.config.attempts.heartbeatMs,
      verdicts: await this.settle(builderId, request.attempts, now),
    };
  }

  async heartbeat(
    builderId: string,
    request: RequestOf<typeof heartbeat>,
  ): Promise<ReplyOf<typeof heartbeat>> {
    const now = this.clock.now();
    await this.database.inTransaction(async (tx) => {
      await this.need(tx, builderId);
      await this.builders.noteHeartbeat(tx, builderId, {
        machineState: request.machine,
        refusing: request.refusing ?? null,
        now,
      });
    });
    return { verdicts: await this.settle(builderId, request.attempts, now) };
  }

  private async need(tx: Transaction, builderId: string): Promise<Builder> {
    const builder = await this.builders.find(builderId, tx);
    if (builder === null)
      throw new AppError('builder.not-found', `There is no builder ${builderId}.`);
    if (builder.removedAt !== null)
      throw new AppError('builder.removed', `Builder ${builderId} was removed.`);
    return builder;
  }

  private async settle(
    builderId: string,
    reports: readonly AttemptReport[],
    heardAt: number,
  ): Promise<AttemptVerdict[]> {
    const known = await this.knownOf(builderId, reports);
    const { verdicts, actions } = reconcile(reports, known, heardAt);
    for (const action of actions) await this.leases.act(action);
    return [...verdicts];
  }

  private async knownOf(
    builderId: string,
    reports: readonly AttemptReport[],
  ): Promise<KnownAttempt[]> {
    const unsettled = await this.attempts.unsettledOf(builderId);
    const reported = await this.attempts.withIds(reports.map((report) => report.attemptId));
    const own = [...unsettled, ...reported].filter((attempt) => attempt.builderId === builderId);
    const distinct = [...new Map(own.map((attempt) => [attempt.id, attempt])).values()];
    return Promise.all(
      distinct.map(async (attempt) => ({
        attemptId: attempt.id,
        fence: attempt.fence,
        state: attempt.state,
        taskState: (await this.tasks.find(attempt.taskId))?.progress.state ?? 'cancelled',
        acknowledgedAt: attempt.startedAt,
      })),
    );
  }
}
