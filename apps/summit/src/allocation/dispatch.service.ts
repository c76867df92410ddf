import { orderBuild, type AppError } from '@cairn/contracts';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { BuilderStore } from '../builders/builder.store.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { type BuildStage } from '../planning/domain/standing.js';
import { AttemptEnding } from '../tasks/attempt-ending.service.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { type AttemptId } from '../tasks/domain/task.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { buildOrder, type Order, type OrderSetting } from './domain/build-order.js';
import { OrderSettings } from './order-settings.service.js';
import { PauseStore } from './pause.store.js';

/** How long a builder that turned an order away is left alone. */
const COOL_DOWN_MS = 5_000;

/** Gives a task to a builder: attempt, fence, build release, pinned history, state and order are one transaction. */
@Injectable()
export class Dispatch implements OnModuleInit {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly database: SummitDatabase,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly builders: BuilderStore,
    private readonly life: TaskLife,
    private readonly ending: AttemptEnding,
    private readonly outbox: SummitOutboxStore,
    private readonly settings: OrderSettings,
    private readonly pause: PauseStore,
  ) {}

  onModuleInit(): void {
    this.outbox.onOutcome(orderBuild, {
      delivered: (tx, message) => this.accepted(tx, message.body as Order),
      refused: (tx, message, error) =>
        this.turnedAway(tx, message.body as Order, message.builderId ?? '', error),
      isFinal: (error) => error.kind === 'busy' || error.kind === 'defect',
    });
  }

  /** Returns false when the world has changed since it was decided; then it is decided anew. */
  async dispatch(
    planned: Task,
    { builderId, stage }: { readonly builderId: string; readonly stage: BuildStage },
  ): Promise<boolean> {
    const setting = await this.settings.of(planned);
    if (setting === null) return false;
    return this.database.inTransaction(async (tx) => {
      const task = await this.tasks.lock(tx, planned.id);
      const builder = await this.builders.lock(tx, builderId);
      if (task.progress.state !== 'new' || task.isHeld) return false;
      if (builder === null || builder.removedAt !== null) return false;
      if (await this.pause.isPaused(tx)) return false;
      const running = (await this.attempts.unsettledOf(builder.id, tx)).filter(
        (attempt) => attempt.state !== 'reserved',
      );
      if (running.length >= builder.slots) return false;
      await this.give(tx, await this.tasks.noteStage(tx, task, stage), { builderId, setting });
      return true;
    });
  }

  private async give(
    tx: Transaction,
    task: Task,
    { builderId, setting }: { readonly builderId: string; readonly setting: OrderSetting },
  ): Promise<void> {
    const now = this.clock.now();
    const { limits, leaseMs } = this.config.attempts;
    const attempt = await this.attempts.create(tx, {
      id: randomUUID() as AttemptId,
      taskId: task.id,
      builderId,
      buildRelease: await this.tasks.nextBuildRelease(tx, task, setting.channel),
      pinnedHistory: setting.pinnedHistory,
      leaseExpiresAt: now + leaseMs,
      dispatchedAt: now,
    });
    const sentence = `${task.source} ${task.version}-${task.sourceRelease} is given to ${builderId}.`;
    await this.life.apply(
      tx,
      task,
      { kind: 'allocated', attemptId: attempt.id },
      { now, sentence, builderId },
    );
    const order = buildOrder({ task, attempt, setting, limits });
    await this.outbox.add(tx, orderBuild, order, { builderId, now });
  }

  private async accepted(tx: Transaction, order: Order): Promise<void> {
    const attempt = await this.attempts.find(order.attemptId, tx);
    if (attempt?.state !== 'dispatched') return;
    const now = this.clock.now();
    await this.attempts.update(tx, attempt.id, {
      state: 'building',
      startedAt: now,
      leaseExpiresAt: now + this.config.attempts.leaseMs,
    });
  }

  /** The builder is busy, draining or cannot: nothing was tried, so the task waits again at once, for another. */
  private async turnedAway(
    tx: Transaction,
    order: Order,
    builderId: string,
    error: AppError,
  ): Promise<void> {
    const found = await this.attempts.find(order.attemptId, tx);
    if (found === null) return;
    const task = await this.tasks.lock(tx, found.taskId);
    const attempt = await this.attempts.find(order.attemptId, tx);
    if (attempt?.state !== 'dispatched') return;
    const now = this.clock.now();
    await this.builders.coolDown(tx, builderId, now + COOL_DOWN_MS);
    await this.ending.end(tx, task, attempt, {
      state: 'void',
      failure: {
        class: 'infrastructure',
        code: error.code,
        step: 'dispatch',
        message: `${builderId} did not take it: ${error.message}`,
      },
      now,
      isFree: true,
    });
  }
}
