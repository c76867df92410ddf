import { type ProjectDocument } from '@cairn/contracts';
import { DurationModel, type DurationPrediction } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { ProjectStore } from '../projects/project.store.js';
import { BuildHistory } from '../tasks/build-history.store.js';

/** How long a model learned from history is believed. */
const MODEL_AGE_MAX_MS = 60_000;
const CLASS_OF_UNKNOWN = 'small';

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
      const sizes = sizesOf(await this.projects.documents());
      const samples = await this.history.samples((id) => sizes.get(id) ?? CLASS_OF_UNKNOWN);
      this.model = { madeAt: now, predict: new DurationModel(samples) };
    }
    const { predict } = this.model;
    return (build) => predict.predict({ ...build, builderClass: CLASS_OF_UNKNOWN });
  }
}

function sizesOf(documents: readonly ProjectDocument[]): ReadonlyMap<string, string> {
  return new Map(documents.flatMap((document) => Object.entries(document.builders.sizes)));
}
