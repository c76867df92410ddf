import { type BuildFailure } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptEnding } from './attempt-ending.service.js';
import { AttemptStore, RUNNING_STATES, type Attempt } from './attempt.store.js';
import { TaskLife } from './task-life.service.js';
import { TaskStore, type Task } from './task.store.js';

/** What was learnt about an attempt from its builder, or from its silence. */
export type LeaseAction =
  | { readonly kind: 'renew'; readonly attemptId: string; readonly step: string | null }
  | { readonly kind: 'revive'; readonly attemptId: string; readonly step: string | null }
  | { readonly kind: 'lose'; readonly attemptId: string };

/** Renews, revives and ends the leases under which attempts run. */
@Injectable()
export class AttemptLeases {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly database: SummitDatabase,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly life: TaskLife,
    private readonly ending: AttemptEnding,
  ) {}

  async act(action: LeaseAction): Promise<void> {
    switch (action.kind) {
      case 'renew':
        return this.onLocked(action.attemptId, (tx, task, attempt) =>
          this.renew(tx, task, attempt, action.step),
        );
      case 'revive':
        return this.onLocked(action.attemptId, (tx, task, attempt) =>
          this.revive(tx, task, attempt, action.step),
        );
      case 'lose':
        return this.lose(action.attemptId, {
          code: 'builder.forgot',
          message: 'The builder no longer knows of this build.',
        });
    }
  }

  /** Gives up attempts whose builders have been silent for longer than the lease. Returns how many. */
  async expire(): Promise<number> {
    const expired = await this.attempts.expired(this.clock.now());
    for (const attempt of expired) {
      const message = `Builder ${attempt.builderId} was not heard of for ${Math.round(this.config.attempts.leaseMs / 1_000)} s.`;
      await this.lose(attempt.id, { code: 'builder.lost', message }, { onlyIfExpired: true });
    }
    return expired.length;
  }

  /** Gives one attempt up for lost; its late result stays welcome. */
  async lose(
    attemptId: string,
    why: { readonly code: string; readonly message: string },
    options: { readonly onlyIfExpired?: boolean } = {},
  ): Promise<void> {
    await this.onLocked(attemptId, async (tx, task, attempt) => {
      const now = this.clock.now();
      if (!RUNNING_STATES.includes(attempt.state)) return;
      if (options.onlyIfExpired === true && attempt.leaseExpiresAt >= now) return;
      const failure: BuildFailure = {
        class: 'infrastructure',
        step: attempt.step ?? 'dispatch',
        ...why,
      };
      await this.ending.end(tx, task, attempt, { state: 'lost', failure, now });
    });
  }

  private async onLocked(
    attemptId: string,
    act: (tx: Transaction, task: Task, attempt: Attempt) => Promise<void>,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const found = await this.attempts.find(attemptId, tx);
      if (found === null) return;
      const task = await this.tasks.lock(tx, found.taskId);
      const attempt = await this.attempts.find(attemptId, tx);
      if (attempt !== null) await act(tx, task, attempt);
    });
  }

  private async renew(
    tx: Transaction,
    _task: Task,
    attempt: Attempt,
    step: string | null,
  ): Promise<void> {
    if (!RUNNING_STATES.includes(attempt.state)) return;
    const now = this.clock.now();
    await this.attempts.update(tx, attempt.id, {
      state: 'building',
      step,
      leaseExpiresAt: now + this.config.attempts.leaseMs,
      ...(attempt.startedAt === null ? { startedAt: now } : {}),
    });
  }

  private async revive(
    tx: Transaction,
    task: Task,
    attempt: Attempt,
    step: string | null,
  ): Promise<void> {
    if (attempt.state !== 'lost' || task.progress.state !== 'new') return;
    const now = this.clock.now();
    const sentence = `Builder ${attempt.builderId} is back; its build of ${task.source} counts again.`;
    await this.life.apply(
      tx,
      task,
      { kind: 'revived', attemptId: attempt.id },
      { now, sentence, builderId: attempt.builderId },
    );
    await this.attempts.update(tx, attempt.id, {
      state: 'building',
      step,
      endedAt: null,
      leaseExpiresAt: now + this.config.attempts.leaseMs,
    });
  }
}
