import { AppError } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptEnding } from './attempt-ending.service.js';
import { AttemptStore } from './attempt.store.js';
import { ChangeSetStore } from './change-set.store.js';
import { TaskLife } from './task-life.service.js';
import { TaskStore, type Task } from './task.store.js';

/** What people do to tasks. Each command takes a transaction so that its audit row is part of it. */
@Injectable()
export class TaskCommands {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly changeSets: ChangeSetStore,
    private readonly life: TaskLife,
    private readonly events: EventStore,
    private readonly ending: AttemptEnding,
  ) {}

  /** Offers a failed or cancelled task again, unless a newer one of its source is there. */
  async retry(
    taskId: number,
    account: string,
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const task = await this.tasks.lock(tx, taskId);
      const newer = await this.tasks.newerWaiting(tx, task);
      if (newer !== null) {
        throw new AppError(
          'task.illegal-transition',
          `Task ${newer.id} for ${task.source} ${newer.version}-${newer.sourceRelease} has taken its place: retry that one.`,
          { taskId, newerTaskId: newer.id },
        );
      }
      const changeSet = await this.changeSets.lock(tx, task.changeSetId);
      if (task.rebuildId !== null && changeSet?.state !== 'open') {
        throw new AppError(
          'task.illegal-transition',
          `The rebuild of task ${taskId} has ended: start another one.`,
          { taskId, rebuildId: task.rebuildId },
        );
      }
      const now = this.clock.now();
      const sentence = `${account} asked to try ${task.source} ${task.version}-${task.sourceRelease} again.`;
      await this.life.apply(tx, task, { kind: 'retried' }, { now, sentence });
      await this.changeSets.setState(tx, task.changeSetId, { state: 'open' });
      await this.tasks.setHeld(tx, task.id, false);
      await audit(tx);
    });
  }

  /** Moves a waiting task before or behind all others. */
  async bump(
    taskId: number,
    wish: { readonly bump: number; readonly account: string },
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const task = await this.lockWaiting(tx, taskId, 'moved');
      await this.tasks.setBump(tx, task.id, wish.bump);
      const where =
        wish.bump === 0
          ? 'to its ordinary place'
          : `${wish.bump > 0 ? 'forwards' : 'backwards'} (${wish.bump})`;
      await this.events.record(tx, {
        at: this.clock.now(),
        kind: 'task.bumped',
        sentence: `${wish.account} moved ${task.source} ${task.version}-${task.sourceRelease} ${where}.`,
        taskId: task.id,
      });
      await audit(tx);
    });
  }

  /** Keeps a waiting task from builders, or lets it be built again. */
  async hold(
    taskId: number,
    wish: { readonly isHeld: boolean; readonly account: string },
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const { isHeld, account } = wish;
    const done = isHeld ? 'held' : 'released';
    await this.database.inTransaction(async (tx) => {
      const task = await this.lockWaiting(tx, taskId, done);
      await this.tasks.setHeld(tx, task.id, isHeld);
      await this.events.record(tx, {
        at: this.clock.now(),
        kind: `task.${done}`,
        sentence: `${account} ${done} ${task.source} ${task.version}-${task.sourceRelease}.`,
        taskId: task.id,
      });
      await audit(tx);
    });
  }

  private async lockWaiting(tx: Transaction, taskId: number, wanted: string): Promise<Task> {
    const task = await this.tasks.lock(tx, taskId);
    const { state } = task.progress;
    if (state === 'new') return task;
    throw new AppError(
      'task.illegal-transition',
      `Task ${taskId} is ${state}: only a waiting task can be ${wanted}.`,
      { taskId, state },
    );
  }

  /** Fails a waiting task that nobody can help any more. */
  async failStranded(taskId: number): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const task = await this.tasks.lock(tx, taskId);
      if (task.progress.state !== 'new') return;
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} failed: nobody is left who could provide what it needs.`;
      await this.life.apply(tx, task, { kind: 'failed' }, { now: this.clock.now(), sentence });
    });
  }

  /** Cancels an open task and calls off whatever runs for it. */
  async cancel(
    taskId: number,
    account: string,
    audit: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const task = await this.tasks.lock(tx, taskId);
      const now = this.clock.now();
      const sentence = `${account} cancelled ${task.source} ${task.version}-${task.sourceRelease}.`;
      await this.life.apply(tx, task, { kind: 'cancelled' }, { now, sentence });
      for (const attempt of await this.attempts.ofTask(task.id, tx)) {
        if (!['dispatched', 'building', 'reserved'].includes(attempt.state)) continue;
        await this.ending.callOff(tx, attempt, now, 'task.cancelled');
        await this.attempts.update(tx, attempt.id, {
          state: 'cancelled',
          endedAt: now,
          failure: {
            class: 'cancelled',
            code: 'build.cancelled',
            step: attempt.step ?? '',
            message: `Cancelled by ${account}.`,
          },
        });
      }
      await audit(tx);
    });
  }
}
