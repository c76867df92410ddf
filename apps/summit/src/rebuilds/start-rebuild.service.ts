import { AppError } from '@cairn/contracts';
import { makePlan, type PlanStep } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { CLOCK, type Clock } from '../clock.js';
import { EventStore } from '../live/event.store.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { ProfileFacts, type ProfilePlanFacts } from '../planning/profile-facts.service.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { RebuildStore, type Rebuild } from '../tasks/rebuild.store.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { planRefusal } from './domain/plan-errors.js';
import { planRequest } from './domain/rebuild-request.js';
import { rebuildTasks } from './domain/rebuild-tasks.js';

/** Steps of one rebuild. */
const STEPS_MAX = 20_000;
/** Room for thousands of waiting tasks that give way. */
const START_TIMEOUT_MS = 60_000;

/** What is asked for, and by whom. */
export interface RebuildWish {
  readonly project: string;
  readonly profile: string;
  readonly changed?: readonly string[] | undefined;
  readonly cutOff?: boolean | undefined;
  readonly byStage?: boolean | undefined;
  readonly account: string;
}

/** Plans a rebuild and makes its change set and all its tasks in one transaction. */
@Injectable()
export class StartRebuild {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly profileFacts: ProfileFacts,
    private readonly rebuilds: RebuildStore,
    private readonly changeSets: ChangeSetStore,
    private readonly tasks: TaskStore,
    private readonly life: TaskLife,
    private readonly events: EventStore,
  ) {}

  async start(wish: RebuildWish, audit: (tx: Transaction) => Promise<void>): Promise<string> {
    const facts = await this.profileFacts.of(wish.project, wish.profile);
    const steps = this.planned(wish, facts);
    const now = this.clock.now();
    const rebuild: Rebuild = {
      id: randomUUID(),
      project: wish.project,
      profile: wish.profile,
      changeSetId: randomUUID(),
      state: 'running',
      changed: wish.changed === undefined ? null : [...new Set(wish.changed)].sort(),
      cutOff: wish.changed !== undefined && wish.cutOff !== false,
      byStage: wish.byStage === true,
      steps,
      round: 1,
      account: wish.account,
      createdAt: now,
    };
    await this.database.inTransaction(
      async (tx) => {
        await this.create(tx, rebuild, facts);
        await audit(tx);
      },
      { timeoutMs: START_TIMEOUT_MS },
    );
    return rebuild.id;
  }

  private planned(wish: RebuildWish, facts: ProfilePlanFacts): readonly PlanStep[] {
    const plan = makePlan(facts.graph, planRequest(facts, wish.changed));
    if (!plan.ok) throw planRefusal(plan.error);
    const steps = plan.value.steps.filter((step) => facts.recipes.has(step.source));
    if (steps.length === 0 || steps.length > STEPS_MAX)
      throw new AppError(
        'plan.too-large',
        `The plan has ${steps.length} steps; a rebuild has 1 to ${STEPS_MAX}.`,
      );
    return steps;
  }

  private async create(tx: Transaction, rebuild: Rebuild, facts: ProfilePlanFacts): Promise<void> {
    const { project, profile, changeSetId, createdAt } = rebuild;
    await this.rebuilds.lockProfile(tx, rebuild);
    const other = (await this.rebuilds.unfinished(tx)).find(
      (each) => each.project === project && each.profile === profile,
    );
    if (other !== undefined)
      throw new AppError(
        'rebuild.running',
        `Rebuild ${other.id} of ${project}/${profile} is not finished: wait for it or cancel it.`,
        { rebuildId: other.id },
      );
    const { channel, stream } = facts.profile;
    await this.changeSets.create(tx, { id: changeSetId, project, channel, stream, createdAt });
    await this.rebuilds.create(tx, rebuild);
    const made = await this.tasks.createAll(tx, rebuildTasks(rebuild, rebuild.steps, facts));
    await this.letWaitingGiveWay(tx, rebuild, made);
    await this.events.record(tx, {
      at: createdAt,
      kind: 'rebuild.started',
      sentence: `${rebuild.account} started a rebuild of ${project}/${profile}: ${made.length} builds.`,
    });
  }

  /** Tasks of commits that wait for a source of the rebuild are built by it. */
  private async letWaitingGiveWay(
    tx: Transaction,
    rebuild: Rebuild,
    made: readonly Task[],
  ): Promise<void> {
    const stepOf = new Map(made.toReversed().map((task) => [task.source, task]));
    for (const { id } of await this.tasks.waitingOf(tx, rebuild)) {
      const task = await this.tasks.lock(tx, id);
      const step = stepOf.get(task.source);
      if (step === undefined || task.progress.state !== 'new') continue;
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} gives way to task ${step.id} of a rebuild.`;
      await this.life.apply(tx, task, { kind: 'superseded' }, { now: rebuild.createdAt, sentence });
      await this.tasks.markSuperseded(tx, task.id, step.id);
    }
  }
}
