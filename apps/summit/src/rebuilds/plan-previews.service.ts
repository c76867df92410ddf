import { AppError, type PlanView } from '@cairn/contracts';
import { cyclesOf, forecastPlan, makePlan } from '@cairn/solver';
import { Injectable } from '@nestjs/common';
import { BuilderStore } from '../builders/builder.store.js';
import { Durations } from '../planning/durations.service.js';
import { ProfileFacts } from '../planning/profile-facts.service.js';
import { planRefusal } from './domain/plan-errors.js';
import { planRequest } from './domain/rebuild-request.js';

/** Plans that are made at the same time, whoever asks. */
const PREVIEWS_AT_ONCE_MAX = 2;

interface PlanWish {
  readonly project: string;
  readonly profile: string;
  readonly changed?: readonly string[] | undefined;
}

/** Says what a rebuild would do; changes nothing. */
@Injectable()
export class PlanPreviews {
  private running = 0;

  constructor(
    private readonly profileFacts: ProfileFacts,
    private readonly durations: Durations,
    private readonly builders: BuilderStore,
  ) {}

  /** Refused with `plan.busy` while others are being made: each takes a while and the processor. */
  async preview(wish: PlanWish): Promise<PlanView> {
    if (this.running >= PREVIEWS_AT_ONCE_MAX)
      throw new AppError('plan.busy', 'Other plans are being made: ask again in a moment.');
    this.running += 1;
    try {
      return await this.make(wish);
    } finally {
      this.running -= 1;
    }
  }

  private async make(wish: PlanWish): Promise<PlanView> {
    const facts = await this.profileFacts.of(wish.project, wish.profile);
    const plan = makePlan(facts.graph, planRequest(facts, wish.changed));
    if (!plan.ok) throw planRefusal(plan.error);
    const { affected, steps, cuts, criticalPath } = plan.value;
    const isAffected = new Set(affected);
    const { architecture } = facts.profile;
    const predict = await this.durations.predictor();
    return {
      project: wish.project,
      profile: wish.profile,
      affected: [...affected],
      steps: steps.map((step) => ({
        ...step,
        after: [...step.after],
        published: [...step.published],
        without: [...step.without],
      })),
      cuts: [...cuts],
      cycles: cyclesOf(facts.graph.adjacency()).filter((members) =>
        members.some((source) => isAffected.has(source)),
      ),
      criticalPath: [...criticalPath],
      forecast: forecastPlan({
        steps,
        predict: (source) => predict({ source, architecture }),
        builderCount: await this.builders.slotsFor(architecture),
      }),
    };
  }
}
