import { importCancel, orderCancel, type AttemptState, type BuildFailure } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type SummitConfig } from '../config.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { type Transaction } from '../persistence/summit-database.js';
import { AttemptStore, RUNNING_STATES, type Attempt } from './attempt.store.js';
import { judgeFailure } from './domain/failure-policy.js';
import { TaskLife } from './task-life.service.js';
import { TaskStore, type Task } from './task.store.js';

/** How an attempt came to nothing. */
export interface AttemptEnd {
  readonly state: Extract<AttemptState, 'failed' | 'lost' | 'void' | 'cancelled'>;
  readonly failure: BuildFailure;
  readonly now: number;
  /** Offer the task again at once and without counting it, for the attempt never began. */
  readonly isFree?: boolean;
}

/** Ends attempts that brought no result, and decides what becomes of their tasks. Tasks must be locked. */
@Injectable()
export class AttemptEnding {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly life: TaskLife,
    private readonly outbox: SummitOutboxStore,
  ) {}

  /** Ends the attempt; when it was the one that counted, its task fails, waits for another, or makes room for a newer one. */
  async end(tx: Transaction, task: Task, attempt: Attempt, end: AttemptEnd): Promise<void> {
    await this.attempts.update(tx, attempt.id, {
      state: end.state,
      failure: end.failure,
      endedAt: end.now,
    });
    await this.outbox.withdrawOrder(tx, attempt.id);
    const counts = task.progress.attemptId === attempt.id;
    if (!counts || !['building', 'publishing'].includes(task.progress.state)) return;
    await this.settle(tx, task, attempt, end);
  }

  /** Tells a builder to stop, and vessel to give up, whatever of this attempt they still do. */
  async callOff(tx: Transaction, attempt: Attempt, now: number, code: string): Promise<void> {
    await this.outbox.withdrawOrder(tx, attempt.id);
    const { id: attemptId, fence, builderId } = attempt;
    if (RUNNING_STATES.includes(attempt.state)) {
      await this.outbox.add(tx, orderCancel, { attemptId, fence }, { builderId, now });
    }
    if (attempt.state === 'reserved')
      await this.outbox.add(tx, importCancel, { importId: attemptId, code }, { now });
  }

  private async settle(
    tx: Transaction,
    task: Task,
    attempt: Attempt,
    end: AttemptEnd,
  ): Promise<void> {
    const told = { now: end.now, builderId: attempt.builderId };
    const newer = await this.tasks.newerWaiting(tx, task);
    if (newer !== null) {
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} gives way to ${newer.version}-${newer.sourceRelease}.`;
      await this.life.apply(tx, task, { kind: 'superseded' }, { ...told, sentence });
      await this.tasks.markSuperseded(tx, task.id, newer.id);
      return;
    }
    const isWaiting = end.failure.missingDependencies !== undefined;
    const verdict =
      end.isFree === true || isWaiting
        ? { kind: 'offer-again' as const, heldUntil: end.now }
        : judgeFailure({
            failureClass: end.failure.class,
            retryCount: task.progress.retryCount,
            now: end.now,
            rules: this.config.attempts,
          });
    const why = `${task.source}: ${end.failure.message}`;
    if (verdict.kind === 'offer-again') {
      const event = {
        kind: 'offered-again' as const,
        attemptId: attempt.id,
        heldUntil: verdict.heldUntil,
      };
      const retryCount =
        end.isFree === true || isWaiting ? task.progress.retryCount - 1 : task.progress.retryCount;
      const counted = { ...task, progress: { ...task.progress, retryCount } };
      await this.life.apply(tx, counted, event, {
        ...told,
        sentence: `${why} It is offered again.`,
      });
      return;
    }
    await this.life.apply(tx, task, { kind: 'failed' }, { ...told, sentence: why });
  }
}
