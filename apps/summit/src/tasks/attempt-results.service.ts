import {
  importStart,
  type attemptFailed,
  type attemptSucceeded,
  type Collectable,
  type ReplyOf,
  type RequestOf,
} from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptEnding } from './attempt-ending.service.js';
import { AttemptStore, RUNNING_STATES, type Attempt } from './attempt.store.js';
import { ChangeSetStore } from './change-set.store.js';
import { judgeReport } from './domain/report-verdict.js';
import { TaskLife } from './task-life.service.js';
import { TaskStore, type Task } from './task.store.js';

type Answer = ReplyOf<typeof attemptSucceeded>;

/** Takes builders' results. A success reserves the task by compare-and-set; all else is refused with a code. */
@Injectable()
export class AttemptResults {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly changeSets: ChangeSetStore,
    private readonly life: TaskLife,
    private readonly ending: AttemptEnding,
    private readonly outbox: SummitOutboxStore,
  ) {}

  async succeeded(builderId: string, report: RequestOf<typeof attemptSucceeded>): Promise<Answer> {
    return this.database.inTransaction(async (tx) => {
      const { task, attempt } = await this.lock(tx, builderId, report);
      const verdict = judgeReport(task.progress, attempt);
      if (verdict.kind !== 'reserve') return answerOf(verdict);
      await this.reserve(tx, task, attempt, report);
      return { outcome: 'taken' };
    });
  }

  async failed(builderId: string, report: RequestOf<typeof attemptFailed>): Promise<Answer> {
    return this.database.inTransaction(async (tx) => {
      const { task, attempt } = await this.lock(tx, builderId, report);
      if (!RUNNING_STATES.includes(attempt.state)) return { outcome: 'taken' };
      const now = this.clock.now();
      await this.attempts.update(tx, attempt.id, {
        reportedAt: now,
        logFinalBytes: report.logSizeBytes,
      });
      const state = report.failure.class === 'cancelled' ? 'cancelled' : 'failed';
      await this.ending.end(tx, task, attempt, { state, failure: report.failure, now });
      return { outcome: 'taken' };
    });
  }

  private async lock(
    tx: Transaction,
    builderId: string,
    claim: { readonly attemptId: string; readonly fence: number },
  ): Promise<{ task: Task; attempt: Attempt }> {
    const { taskId } = await this.attempts.ofBuilder(tx, { ...claim, builderId });
    const task = await this.tasks.lock(tx, taskId);
    return { task, attempt: await this.attempts.ofBuilder(tx, { ...claim, builderId }) };
  }

  private async reserve(
    tx: Transaction,
    task: Task,
    attempt: Attempt,
    report: { readonly collectables: readonly Collectable[]; readonly logSizeBytes: number },
  ): Promise<void> {
    const now = this.clock.now();
    await this.callOffRivals(tx, task, attempt, now);
    await this.attempts.update(tx, attempt.id, {
      state: 'reserved',
      reportedAt: now,
      endedAt: null,
      collectables: report.collectables,
      logFinalBytes: report.logSizeBytes,
    });
    await this.outbox.withdrawOrder(tx, attempt.id);
    const sentence = `${task.source} ${task.version}-${task.sourceRelease} is built on ${attempt.builderId}; its packages are being fetched.`;
    await this.life.apply(
      tx,
      task,
      { kind: 'reserved', attemptId: attempt.id },
      { now, sentence, builderId: attempt.builderId },
    );
    const changeSet = await this.changeSets.find(task.changeSetId, tx);
    await this.outbox.add(
      tx,
      importStart,
      {
        importId: attempt.id,
        changeSetId: task.changeSetId,
        channel: changeSet?.channel ?? '',
        stream: changeSet?.stream,
        builderId: attempt.builderId,
        expected: {
          source: task.source,
          version: task.version,
          sourceRelease: task.sourceRelease,
          buildRelease: attempt.buildRelease,
          architecture: task.architecture,
        },
        collectables: [...report.collectables],
      },
      { now },
    );
  }

  /** Another attempt may be running because this one was thought lost: it is of no use any more. */
  private async callOffRivals(
    tx: Transaction,
    task: Task,
    winner: Attempt,
    now: number,
  ): Promise<void> {
    for (const rival of await this.attempts.ofTask(task.id, tx)) {
      if (rival.id === winner.id || !RUNNING_STATES.includes(rival.state)) continue;
      await this.ending.callOff(tx, rival, now, 'attempt.fence-stale');
      await this.attempts.update(tx, rival.id, { state: 'cancelled', endedAt: now });
    }
  }
}

function answerOf(
  verdict: { readonly kind: 'taken-already' } | { readonly kind: 'refuse'; readonly code: string },
): Answer {
  return verdict.kind === 'taken-already'
    ? { outcome: 'taken' }
    : { outcome: 'refused', code: verdict.code };
}
