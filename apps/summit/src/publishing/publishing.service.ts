import {
  changeSetPublish,
  importStart,
  type AppError,
  type BuildFailure,
  type changeSetPublished,
  type importFinished,
  type RequestOf,
  type streamMoved,
} from '@cairn/contracts';
import { type MessageContext } from '@cairn/messaging';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { InboxStore } from '../outbox/inbox.store.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { SourceFactStore } from '../planning/source-fact.store.js';
import { Streams } from '../published/streams.service.js';
import { AttemptEnding } from '../tasks/attempt-ending.service.js';
import { AttemptStore, type Attempt } from '../tasks/attempt.store.js';
import { ChangeSetStore, type ChangeSet } from '../tasks/change-set.store.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { isComplete } from './domain/change-set-progress.js';
import { exportedInterface } from './domain/exported-interface.js';

/** Room for the thousands of tasks of one change set. */
const PUBLICATION_TIMEOUT_MS = 60_000;

type ImportOutcome = RequestOf<typeof importFinished>['outcome'];

/** Follows built packages through vessel until they are installable. */
@Injectable()
export class Publishing implements OnModuleInit {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly inbox: InboxStore,
    private readonly outbox: SummitOutboxStore,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly changeSets: ChangeSetStore,
    private readonly life: TaskLife,
    private readonly ending: AttemptEnding,
    private readonly sourceFacts: SourceFactStore,
    private readonly streams: Streams,
  ) {}

  onModuleInit(): void {
    this.outbox.onOutcome(importStart, {
      refused: (tx, message, error) => {
        const { importId } = message.body as RequestOf<typeof importStart>;
        return this.settleImport(tx, importId, {
          kind: 'refused',
          code: error.code,
          message: error.message,
        });
      },
    });
    this.outbox.onOutcome(changeSetPublish, {
      refused: (tx, message, error: AppError) => {
        const { changeSetId } = message.body as RequestOf<typeof changeSetPublish>;
        return this.refusePublication(tx, changeSetId, error);
      },
    });
  }

  /** Vessel has staged an attempt's packages, or never will. */
  async importFinished(
    request: RequestOf<typeof importFinished>,
    context: MessageContext,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      if (!(await this.inbox.isFirst(tx, context, this.clock.now()))) return;
      await this.settleImport(tx, request.importId, request.outcome);
    });
  }

  /** A change set is installable, or was refused by the import rules. */
  async changeSetPublished(
    request: RequestOf<typeof changeSetPublished>,
    context: MessageContext,
  ): Promise<void> {
    await this.database.inTransaction(
      async (tx) => {
        if (!(await this.inbox.isFirst(tx, context, this.clock.now()))) return;
        const { outcome } = request;
        if (outcome.kind === 'refused')
          await this.refusePublication(tx, request.changeSetId, outcome);
        else await this.completePublication(tx, request.changeSetId, outcome.history);
      },
      { timeoutMs: PUBLICATION_TIMEOUT_MS },
    );
  }

  async streamMoved(
    request: RequestOf<typeof streamMoved>,
    context: MessageContext,
  ): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      if (await this.inbox.isFirst(tx, context, this.clock.now()))
        await this.streams.move(tx, request);
    });
  }

  private async settleImport(
    tx: Transaction,
    attemptId: string,
    outcome: ImportOutcome,
  ): Promise<void> {
    const found = await this.attempts.find(attemptId, tx);
    if (found === null) return;
    const changeSet = await this.lockSetOf(tx, found);
    const task = await this.tasks.lock(tx, found.taskId);
    const attempt = await this.attempts.find(attemptId, tx);
    // Cancelled or replaced meanwhile: then nobody waits for this outcome.
    if (
      changeSet === null ||
      attempt?.state !== 'reserved' ||
      task.progress.attemptId !== attempt.id
    )
      return;
    if (outcome.kind === 'staged') {
      await this.stage(tx, { task, attempt, changeSet }, outcome);
      return;
    }
    const failure: BuildFailure = {
      class: 'infrastructure',
      step: 'import',
      code: outcome.code,
      message: outcome.message,
    };
    await this.ending.end(tx, task, attempt, { state: 'void', failure, now: this.clock.now() });
  }

  private async lockSetOf(tx: Transaction, attempt: Attempt): Promise<ChangeSet | null> {
    const task = await this.tasks.find(attempt.taskId);
    return task === null ? null : this.changeSets.lock(tx, task.changeSetId);
  }

  private async stage(
    tx: Transaction,
    place: { readonly task: Task; readonly attempt: Attempt; readonly changeSet: ChangeSet },
    outcome: Extract<ImportOutcome, { kind: 'staged' }>,
  ): Promise<void> {
    const { task, attempt, changeSet } = place;
    const now = this.clock.now();
    await this.attempts.update(tx, attempt.id, { state: 'accepted', endedAt: now });
    const sentence = `The packages of ${task.source} ${task.version}-${task.sourceRelease} are fetched and checked.`;
    await this.life.apply(tx, task, { kind: 'staged', attemptId: attempt.id }, { now, sentence });
    await this.changeSets.setLine(tx, changeSet.id, outcome.lineHistory);
    await this.sourceFacts.save(tx, task, outcome.packages, now);
    await this.tasks.noteExported(tx, task.id, digestOf(exportedInterface(outcome.packages)));
    // Whether a rebuild is complete is decided from all of its results, in its own time.
    if (task.rebuildId !== null) return;
    if (!isComplete(await this.changeSets.members(tx, changeSet.id))) return;
    await this.changeSets.setState(tx, changeSet.id, { state: 'publishing' });
    const { channel, stream } = changeSet;
    await this.outbox.add(
      tx,
      changeSetPublish,
      { changeSetId: changeSet.id, channel, stream },
      { now },
    );
  }

  private async completePublication(
    tx: Transaction,
    changeSetId: string,
    history: string,
  ): Promise<void> {
    const changeSet = await this.changeSets.lock(tx, changeSetId);
    if (changeSet?.state !== 'publishing') return;
    const now = this.clock.now();
    await this.changeSets.setState(tx, changeSetId, {
      state: 'published',
      publishedHistory: history,
      endedAt: now,
    });
    await this.streams.move(tx, { channel: changeSet.channel, stream: changeSet.stream, history });
    for (const task of await this.stagedTasks(tx, changeSetId)) {
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} is installable from ${changeSet.channel} (history ${history}).`;
      await this.life.apply(tx, task, { kind: 'published' }, { now, sentence });
    }
  }

  private async refusePublication(
    tx: Transaction,
    changeSetId: string,
    refusal: { readonly code: string; readonly message: string },
  ): Promise<void> {
    const changeSet = await this.changeSets.lock(tx, changeSetId);
    if (changeSet?.state !== 'publishing') return;
    const now = this.clock.now();
    const { code, message } = refusal;
    await this.changeSets.setState(tx, changeSetId, {
      state: 'refused',
      refusal: { code, message },
      endedAt: now,
    });
    for (const task of await this.stagedTasks(tx, changeSetId)) {
      const failure: BuildFailure = { class: 'recipe', step: 'publish', code, message };
      if (task.progress.attemptId !== null) {
        await this.attempts.update(tx, task.progress.attemptId, {
          state: 'void',
          failure,
          endedAt: now,
        });
      }
      await this.life.apply(
        tx,
        task,
        { kind: 'failed' },
        { now, sentence: `${task.source} cannot be published: ${message}` },
      );
    }
  }

  private async stagedTasks(tx: Transaction, changeSetId: string): Promise<Task[]> {
    const members = await this.changeSets.members(tx, changeSetId);
    const staged = members.filter((member) => member.state === 'publishing' && member.isStaged);
    const tasks: Task[] = [];
    for (const { id } of staged) tasks.push(await this.tasks.lock(tx, id));
    return tasks;
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
