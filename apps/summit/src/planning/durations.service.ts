import { DurationModel, type DurationPrediction } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { sizesOfBuilders, UNLISTED_SIZE_CLASS } from '../projects/domain/size-classes.js';
import { ProjectStore } from '../projects/project.store.js';
import { BuildHistory } from '../tasks/build-history.store.js';

/** How long a model learned from history is believed. */
const MODEL_AGE_MAX_MS = 60_000;

/** Predicts builds from those before; the class of a builder is its size in the project documents. */
@Injectable()
export class Durations {
  private model: { readonly madeAt: number; readonly predict: DurationModel } | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly history: BuildHistory,
    private readonly projects: ProjectStore,
  ) {}

  /** The prediction for a build on a builder of the common class. */
  async predictor(): Promise<
    (build: { readonly source: string; readonly architecture: string }) => DurationPrediction
  > {
    const now = this.clock.now();
    if (this.model === undefined || now - this.model.madeAt > MODEL_AGE_MAX_MS) {
      const sizes = sizesOfBuilders(await this.projects.documents());
      const samples = await this.history.samples((id) => sizes.get(id) ?? UNLISTED_SIZE_CLASS);
      this.model = { madeAt: now, predict: new DurationModel(samples) };
    }
    const { predict } = this.model;
    return (build) => predict.predict({ ...build, builderClass: UNLISTED_SIZE_CLASS });
  }
}
