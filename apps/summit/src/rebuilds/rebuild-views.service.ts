import { type RebuildDetail, type RebuildView } from '@cairn/contracts';
import { forecastPlan, stepId } from '@cairn/solver';
import { Injectable } from '@nestjs/common';
import { AllocationReasons } from '../allocation/allocation-reasons.service.js';
import { BuilderStore } from '../builders/builder.store.js';
import { Durations } from '../planning/durations.service.js';
import { reasonOf } from '../planning/domain/task-reason.js';
import { Planning } from '../planning/planning.service.js';
import { ProjectStore } from '../projects/project.store.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { ChangeSetStore } from '../tasks/change-set.store.js';
import { RebuildStore, type Rebuild } from '../tasks/rebuild.store.js';
import { TaskStore } from '../tasks/task.store.js';
import {
  countsOf,
  standingOfTask,
  stateOf,
  stepsLeft,
  type RebuildFacts,
} from './domain/rebuild-view.js';

const REBUILDS_SHOWN_MAX = 50;

type Standings = Pick<RebuildFacts, 'standings' | 'words'>;
const NO_STANDINGS: Standings = { standings: new Map(), words: new Map() };

/** Rebuilds in the shape that people and programs outside see. */
@Injectable()
export class RebuildViews {
  constructor(
    private readonly rebuilds: RebuildStore,
    private readonly changeSets: ChangeSetStore,
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly projects: ProjectStore,
    private readonly builders: BuilderStore,
    private readonly planning: Planning,
    private readonly allocation: AllocationReasons,
    private readonly durations: Durations,
  ) {}

  async latest(): Promise<RebuildView[]> {
    const views: RebuildView[] = [];
    for (const facts of await this.factsOf(await this.rebuilds.latest(REBUILDS_SHOWN_MAX)))
      views.push(await this.viewOf(facts));
    return views;
  }

  async view(id: string): Promise<RebuildView> {
    return this.viewOf(await this.factsOfOne(id));
  }

  async detail(id: string): Promise<RebuildDetail> {
    const facts = await this.factsOfOne(id);
    const byStep = new Map(facts.tasks.map((task) => [stepId(task.source, task.stage), task]));
    const failures = await this.attempts.lastFailures(
      facts.tasks.filter(({ progress }) => progress.state === 'failed').map((task) => task.id),
    );
    const graph = facts.rebuild.steps.flatMap((step) => {
      const task = byStep.get(step.id);
      if (task === undefined) return [];
      const standing = facts.standings.get(task.id);
      const failure = failures.get(task.id) ?? null;
      return [
        {
          ...step,
          after: [...step.after],
          published: [...step.published],
          without: [...step.without],
          taskId: task.id,
          state: task.progress.state,
          standing: standingOfTask(task, standing),
          reason: reasonOf({
            task,
            standing: standing ?? null,
            failure,
            allocation: facts.words.get(task.id),
          }),
        },
      ];
    });
    return { rebuild: await this.viewOf(facts), graph };
  }

  private async factsOfOne(id: string): Promise<RebuildFacts> {
    const [facts] = await this.factsOf([await this.rebuilds.find(id)]);
    if (facts === undefined) throw new Error(`rebuild ${id} has no facts`);
    return facts;
  }

  /** The facts of several rebuilds; the plan, which is the dear part, is made once and only if one of them is open. */
  private async factsOf(rebuilds: readonly Rebuild[]): Promise<RebuildFacts[]> {
    const rows: Omit<RebuildFacts, keyof Standings>[] = [];
    for (const rebuild of rebuilds) rows.push(await this.rowsOf(rebuild));
    const current = rows.some(isOpen) ? await this.currentStandings() : NO_STANDINGS;
    return rows.map((row) => ({ ...row, ...(isOpen(row) ? current : NO_STANDINGS) }));
  }

  private async rowsOf(rebuild: Rebuild) {
    const [changeSet, tasks] = await Promise.all([
      this.changeSets.find(rebuild.changeSetId),
      this.tasks.ofRebuild(rebuild.id),
    ]);
    if (changeSet === null) throw new Error(`rebuild ${rebuild.id} has no change set`);
    return { rebuild, changeSet, tasks };
  }

  private async currentStandings(): Promise<Standings> {
    const plan = await this.planning.plan();
    return { standings: plan.standings, words: await this.allocation.of(plan) };
  }

  private async viewOf(facts: RebuildFacts): Promise<RebuildView> {
    const { rebuild, changeSet } = facts;
    const {
      id,
      project,
      profile,
      changeSetId,
      changed,
      cutOff,
      byStage,
      round,
      account,
      createdAt,
    } = rebuild;
    return {
      id,
      project,
      profile,
      changeSetId,
      state: stateOf(facts),
      changed: changed === null ? null : [...changed],
      cutOff,
      byStage,
      round,
      account,
      createdAt,
      endedAt: changeSet.endedAt,
      publishedHistory: changeSet.publishedHistory,
      refusal: changeSet.refusal,
      steps: countsOf(facts),
      forecast: changeSet.endedAt === null ? await this.forecast(facts) : null,
    };
  }

  private async forecast(facts: RebuildFacts) {
    const [profile, predict] = await Promise.all([
      this.projects.profile(facts.rebuild.project, facts.rebuild.profile),
      this.durations.predictor(),
    ]);
    if (profile === null) return null;
    const { architecture } = profile;
    return forecastPlan({
      steps: stepsLeft(facts),
      predict: (source) => predict({ source, architecture }),
      builderCount: await this.builders.slotsFor(architecture),
    });
  }
}

function isOpen({ changeSet }: Pick<RebuildFacts, 'changeSet'>): boolean {
  return changeSet.state === 'open' || changeSet.state === 'publishing';
}
