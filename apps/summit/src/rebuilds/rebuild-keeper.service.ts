import { changeSetPublish } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitOutboxStore } from '../outbox/outbox.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { ProfileFacts } from '../planning/profile-facts.service.js';
import { AttemptEnding } from '../tasks/attempt-ending.service.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { ChangeSetStore, type ChangeSet } from '../tasks/change-set.store.js';
import { isOpen, type TaskId } from '../tasks/domain/task.js';
import { RebuildStore, type Rebuild } from '../tasks/rebuild.store.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore } from '../tasks/task.store.js';
import { EarlyCutOff } from './early-cut-off.service.js';
import { dueOf, type RebuildDue } from './domain/rebuild-due.js';
import { ROUNDS_MAX, roundAfter } from './domain/rebuild-round.js';
import { rebuildTasks } from './domain/rebuild-tasks.js';

/** Tasks that one transaction gives up. */
const TASKS_PER_TRANSACTION_MAX = 50;

/** Takes rebuilds on: another round or publication when all is built, the end of what was cancelled. Only the leader runs it. */
@Injectable()
export class RebuildKeeper {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly profileFacts: ProfileFacts,
    private readonly rebuilds: RebuildStore,
    private readonly changeSets: ChangeSetStore,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly life: TaskLife,
    private readonly ending: AttemptEnding,
    private readonly cutOff: EarlyCutOff,
    private readonly outbox: SummitOutboxStore,
    private readonly events: EventStore,
  ) {}

  async run(): Promise<void> {
    for (const rebuild of await this.rebuilds.unfinished()) {
      const refusal = rebuild.byStage ? await this.changeSets.refusalOf(rebuild.id) : null;
      if (rebuild.state === 'cancelled') await this.giveUp(rebuild, { state: 'abandoned' });
      else if (refusal !== null) await this.giveUp(rebuild, { state: 'refused', refusal });
      else if (rebuild.state === 'running') {
        if (rebuild.cutOff) await this.cutOff.apply(rebuild);
        await this.takeOn(rebuild);
      }
    }
  }

  private async takeOn(rebuild: Rebuild): Promise<void> {
    const due = await this.dueNow(this.database.client, rebuild);
    if (due.kind === 'stage') await this.publishStage(rebuild);
    else if (due.kind === 'end') await this.settle(rebuild);
  }

  private async dueNow(tx: Transaction, rebuild: Rebuild): Promise<RebuildDue> {
    const changeSet = await this.changeSets.find(rebuild.changeSetId, tx);
    if (changeSet?.state !== 'open') return { kind: 'nothing' };
    return dueOf(rebuild, await this.changeSets.members(tx, rebuild.changeSetId));
  }

  /** The stage goes to vessel; what is left of the rebuild becomes another change set. */
  private async publishStage(seen: Rebuild): Promise<void> {
    await this.database.inTransaction(async (tx) => {
      const due = await this.stillDue(tx, seen);
      const changeSet = await this.changeSets.find(seen.changeSetId, tx);
      if (due.kind !== 'stage' || changeSet === null) return;
      const now = this.clock.now();
      const { project, channel, stream } = changeSet;
      const id = randomUUID();
      await this.changeSets.create(tx, { id, project, channel, stream, createdAt: now });
      await this.tasks.moveTo(tx, id, due.later);
      await this.rebuilds.setChangeSet(tx, seen.id, id);
      const sentence = `Stage ${due.stage + 1} of the rebuild of ${seen.project}/${seen.profile} is built; it is being published.`;
      await this.publish(tx, changeSet, { now, sentence });
    });
  }

  /** Everything is built: another round, or publication. */
  private async settle(rebuild: Rebuild): Promise<void> {
    const facts = await this.profileFacts.of(rebuild.project, rebuild.profile);
    const [builds, published] = await Promise.all([
      this.tasks.stagedOf(rebuild.id),
      this.tasks.exportedBefore(rebuild),
    ]);
    const round = roundAfter({
      graph: facts.graph,
      builds: builds.filter(({ source }) => facts.graph.has(source)),
      published,
      steps: rebuild.steps,
    });
    const steps = round.steps.filter((step) => facts.recipes.has(step.source));
    await this.database.inTransaction(async (tx) => {
      if ((await this.stillDue(tx, rebuild)).kind !== 'end') return;
      const now = this.clock.now();
      if (steps.length === 0 || rebuild.round >= ROUNDS_MAX) {
        await this.publishRest(tx, rebuild, { now, unsettled: steps.length });
        return;
      }
      await this.rebuilds.addRound(tx, rebuild, steps);
      const again = { ...rebuild, createdAt: now };
      await this.tasks.createAll(tx, rebuildTasks(again, steps, facts));
      await this.tell(tx, 'rebuild.round', {
        now,
        sentence: `The rebuild of ${rebuild.project}/${rebuild.profile} goes into round ${rebuild.round + 1}: ${steps.length} sources were built against something that exports something else now.`,
      });
    });
  }

  /** Locks the rebuild and looks again, for people and results may have come in between. */
  private async stillDue(tx: Transaction, seen: Rebuild): Promise<RebuildDue> {
    const rebuild = await this.rebuilds.lock(tx, seen.id);
    await this.changeSets.lock(tx, seen.changeSetId);
    const isAsSeen =
      rebuild.state === 'running' &&
      rebuild.round === seen.round &&
      rebuild.changeSetId === seen.changeSetId;
    return isAsSeen ? this.dueNow(tx, rebuild) : { kind: 'nothing' };
  }

  private async publishRest(
    tx: Transaction,
    rebuild: Rebuild,
    facts: { readonly now: number; readonly unsettled: number },
  ): Promise<void> {
    const changeSet = await this.changeSets.find(rebuild.changeSetId, tx);
    if (changeSet === null) return;
    const unsettled =
      facts.unsettled === 0
        ? ''
        : ` ${facts.unsettled} sources still changed what they export after ${ROUNDS_MAX} rounds.`;
    const sentence = `Everything of the rebuild of ${rebuild.project}/${rebuild.profile} is built; it is being published.${unsettled}`;
    await this.publish(tx, changeSet, { now: facts.now, sentence });
  }

  private async publish(
    tx: Transaction,
    { id: changeSetId, channel, stream }: ChangeSet,
    told: { readonly now: number; readonly sentence: string },
  ): Promise<void> {
    await this.changeSets.setState(tx, changeSetId, { state: 'publishing' });
    await this.outbox.add(tx, changeSetPublish, { changeSetId, channel, stream }, told);
    await this.tell(tx, 'rebuild.built', told);
  }

  /**
   * Ends its tasks a few at a time, then its change set. May stop anywhere and be run again. A stage that vessel has already got is left to its own
   * outcome.
   */
  private async giveUp(
    rebuild: Rebuild,
    end:
      | { readonly state: 'abandoned' }
      | { readonly state: 'refused'; readonly refusal: ChangeSet['refusal'] },
  ): Promise<void> {
    const open = (await this.tasks.ofRebuild(rebuild.id)).filter(
      ({ changeSetId, progress }) => changeSetId === rebuild.changeSetId && isOpen(progress.state),
    );
    for (let from = 0; from < open.length; from += TASKS_PER_TRANSACTION_MAX) {
      const some = open.slice(from, from + TASKS_PER_TRANSACTION_MAX);
      await this.database.inTransaction(async (tx) => {
        for (const { id } of some) await this.abandon(tx, id);
      });
    }
    await this.database.inTransaction(async (tx) => {
      const changeSet = await this.changeSets.lock(tx, rebuild.changeSetId);
      if (changeSet?.state !== 'open') return;
      await this.changeSets.setState(tx, rebuild.changeSetId, {
        ...end,
        endedAt: this.clock.now(),
      });
    });
  }

  private async abandon(tx: Transaction, taskId: TaskId): Promise<void> {
    const task = await this.tasks.lock(tx, taskId);
    if (!isOpen(task.progress.state)) return;
    const now = this.clock.now();
    for (const attempt of await this.attempts.ofTask(taskId, tx)) {
      if (!['dispatched', 'building', 'reserved'].includes(attempt.state)) continue;
      await this.ending.callOff(tx, attempt, now, 'task.cancelled');
      await this.attempts.update(tx, attempt.id, { state: 'cancelled', endedAt: now });
    }
    const sentence = `${task.source} ${task.version}-${task.sourceRelease} ends with its rebuild.`;
    await this.life.apply(tx, task, { kind: 'abandoned' }, { now, sentence });
  }

  private tell(
    tx: Transaction,
    kind: string,
    told: { readonly now: number; readonly sentence: string },
  ): Promise<void> {
    return this.events.record(tx, { at: told.now, kind, sentence: told.sentence });
  }
}
