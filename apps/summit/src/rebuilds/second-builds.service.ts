import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { decideSecondBuild, type SecondBuild } from './domain/second-build.js';

/** Has tasks of commits that opened a cycle with a published version built once more. Only the leader runs it. */
@Injectable()
export class SecondBuilds {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly changeSets: ChangeSetStore,
    private readonly events: EventStore,
  ) {}

  async run(): Promise<void> {
    const undecided = await this.tasks.undecidedStages();
    if (undecided.length === 0) return;
    const open = await this.tasks.open();
    for (const { task, rebuildAfter } of undecided) {
      const decision = await this.decide(task, rebuildAfter, open);
      if (decision.kind === 'wait') continue;
      await this.database.inTransaction((tx) => this.carryOut(tx, task, decision));
    }
  }

  private async decide(
    task: Task,
    rebuildAfter: readonly string[],
    open: readonly Task[],
  ): Promise<SecondBuild> {
    const isOpen = (source: string) =>
      open.some(
        (other) =>
          other.project === task.project &&
          other.profile === task.profile &&
          other.source === source &&
          other.rebuildId === null,
      );
    const awaited = await Promise.all(
      rebuildAfter.map(async (source) => ({
        source,
        isOpen: isOpen(source),
        completed: await this.tasks.lastCompleted(task, source),
      })),
    );
    const attempts = await this.attempts.ofTask(task.id);
    const usedAt = attempts.find(({ state }) => state === 'accepted')?.dispatchedAt ?? 0;
    return decideSecondBuild({ usedAt, stage: task.stage, awaited });
  }

  private async carryOut(
    tx: Transaction,
    seen: Task,
    decision: Exclude<SecondBuild, { kind: 'wait' }>,
  ): Promise<void> {
    const task = await this.tasks.lock(tx, seen.id);
    if (task.progress.state !== 'completed') return;
    await this.tasks.forgetStage(tx, task.id);
    const now = this.clock.now();
    const name = `${task.source} ${task.version}-${task.sourceRelease}`;
    const newer = await this.tasks.newerWaiting(tx, task);
    if (newer !== null) return;
    if (decision.kind !== 'build') {
      const sentence = `${name} is not built once more: what it used exports the same now.`;
      await this.events.record(tx, { at: now, kind: 'task.spared', sentence, taskId: task.id });
      return;
    }
    const sentence = `Build ${name} once more: ${decision.changed.join(', ')} changed what it exports`;
    const again = await this.again(tx, task, { now, description: sentence });
    await this.events.record(tx, {
      at: now,
      kind: 'task.created',
      sentence: `${sentence}.`,
      taskId: again.id,
    });
  }

  private async again(
    tx: Transaction,
    task: Task,
    facts: { readonly now: number; readonly description: string },
  ): Promise<Task> {
    const before = await this.changeSets.find(task.changeSetId, tx);
    if (before === null) throw new Error(`task ${task.id} has no change set`);
    const changeSetId = randomUUID();
    const { project, channel, stream } = before;
    await this.changeSets.create(tx, {
      id: changeSetId,
      project,
      channel,
      stream,
      createdAt: facts.now,
    });
    return this.tasks.create(tx, {
      ...task,
      changeSetId,
      description: facts.description,
      createdAt: facts.now,
      stage: task.stage + 1,
      without: [],
    });
  }
}
