import type { Instant } from '@cairn/std';
import { compareText } from '../graph/source-node.js';

/** One finished build. */
export interface DurationSample {
  readonly source: string;
  readonly architecture: string;
  /** Class of builders of about the same speed, e.g. `large`. */
  readonly builderClass: string;
  readonly durationMs: number;
  readonly endedAt: Instant;
}

/** What is asked of the model. */
export type DurationQuestion = Pick<DurationSample, 'source' | 'architecture' | 'builderClass'>;

/** How long a build probably takes: the middle, and bounds that about eight of ten builds keep. */
export interface DurationPrediction {
  readonly expectedMs: number;
  readonly lowMs: number;
  readonly highMs: number;
  /** Builds of this source that it rests on. */
  readonly samples: number;
  readonly basis: 'source' | 'all-sources' | 'nothing';
}

/** Newest builds of a source that count. */
const SAMPLES_PER_SOURCE_MAX = 32;
/** How much less each older build of a source counts than the next newer one. */
const AGE_WEIGHT = 0.8;
/** A source's own builds against the mean of all, in builds. */
const PRIOR_WEIGHT = 0.3;
const PRIOR_DEVIATION_WEIGHT = 3;
const DEFAULT_DURATION_MS = 180_000;
const DEFAULT_SOURCE_DEVIATION = 1.5;
const DEFAULT_BUILD_DEVIATION = 0.3;
const DURATION_MS_MIN = 1;
/** Standard deviations to the tenth and ninetieth percentile. */
const TENTH_PERCENTILE = 1.2816;
const FITTING_ROUNDS = 4;

interface SourceFit {
  readonly mean: number;
  readonly weight: number;
  readonly deviation: number;
  readonly samples: number;
}

/**
 * Learns durations on a logarithmic scale as the sum of what the source takes and what the kind of machine (architecture and builder
 * class) adds, so that a builder class that never built a source still gets a prediction.
 */
export class DurationModel {
  readonly #sources = new Map<string, SourceFit>();
  readonly #machines: ReadonlyMap<string, number>;
  readonly #mean: number;
  readonly #sourceDeviation: number;
  readonly #isEmpty: boolean;

  constructor(samples: readonly DurationSample[]) {
    const bySource = newestBySource(samples);
    this.#isEmpty = bySource.size === 0;
    this.#machines = fitMachines(bySource);
    const means = new Map<string, { mean: number; weight: number }>();
    for (const [source, list] of bySource) means.set(source, weightedMean(list, this.#machines));
    const all = [...means.values()].map((each) => each.mean);
    this.#mean = this.#isEmpty ? Math.log(DEFAULT_DURATION_MS) : average(all);
    this.#sourceDeviation = all.length > 1 ? deviation(all, this.#mean) : DEFAULT_SOURCE_DEVIATION;
    const pooled = pooledDeviation(bySource, means, this.#machines);
    for (const [source, list] of bySource) {
      const fit = means.get(source);
      if (fit === undefined) continue;
      const own = list.map((sample) => residual(sample, this.#machines) - fit.mean);
      const squares = own.reduce((sum, each) => sum + each * each, 0);
      const variance =
        (squares + PRIOR_DEVIATION_WEIGHT * pooled * pooled) /
        (own.length + PRIOR_DEVIATION_WEIGHT);
      this.#sources.set(source, { ...fit, deviation: Math.sqrt(variance), samples: list.length });
    }
  }

  predict(question: DurationQuestion): DurationPrediction {
    const machine = this.#machines.get(machineKey(question)) ?? 0;
    const fit = this.#sources.get(question.source);
    if (fit === undefined) {
      const basis = this.#isEmpty ? 'nothing' : 'all-sources';
      return predictionOf({
        middle: this.#mean + machine,
        spread: this.#sourceDeviation,
        samples: 0,
        basis,
      });
    }
    const share = fit.weight / (fit.weight + PRIOR_WEIGHT / (1 + fit.weight));
    const middle = share * fit.mean + (1 - share) * this.#mean + machine;
    const spread = fit.deviation * Math.sqrt(1 + 1 / fit.weight);
    return predictionOf({ middle, spread, samples: fit.samples, basis: 'source' });
  }
}

function predictionOf(fit: {
  readonly middle: number;
  readonly spread: number;
  readonly samples: number;
  readonly basis: DurationPrediction['basis'];
}): DurationPrediction {
  const at = (deviations: number) => Math.round(Math.exp(fit.middle + deviations * fit.spread));
  return {
    expectedMs: at(0),
    lowMs: at(-TENTH_PERCENTILE),
    highMs: at(TENTH_PERCENTILE),
    samples: fit.samples,
    basis: fit.basis,
  };
}

function newestBySource(samples: readonly DurationSample[]): Map<string, DurationSample[]> {
  const sorted = [...samples].sort(
    (left, right) =>
      right.endedAt - left.endedAt ||
      compareText(machineKey(left), machineKey(right)) ||
      left.durationMs - right.durationMs,
  );
  const bySource = new Map<string, DurationSample[]>();
  for (const sample of sorted) {
    const known = bySource.get(sample.source);
    if (known === undefined) bySource.set(sample.source, [sample]);
    else if (known.length < SAMPLES_PER_SOURCE_MAX) known.push(sample);
  }
  return bySource;
}

/** What each kind of machine adds, found by turns with what each source takes. */
function fitMachines(
  bySource: ReadonlyMap<string, readonly DurationSample[]>,
): Map<string, number> {
  let machines = new Map<string, number>();
  for (let round = 0; round < FITTING_ROUNDS; round += 1) {
    const sums = new Map<string, { sum: number; count: number }>();
    for (const list of bySource.values()) {
      const { mean } = weightedMean(list, machines);
      for (const sample of list) {
        const known = sums.get(machineKey(sample)) ?? { sum: 0, count: 0 };
        known.sum += logOf(sample) - mean;
        known.count += 1;
        sums.set(machineKey(sample), known);
      }
    }
    machines = new Map([...sums].map(([key, { sum, count }]) => [key, sum / (count + 1)]));
  }
  return machines;
}

function weightedMean(
  newestFirst: readonly DurationSample[],
  machines: ReadonlyMap<string, number>,
): { mean: number; weight: number } {
  let sum = 0;
  let weight = 0;
  for (const [age, sample] of newestFirst.entries()) {
    const share = AGE_WEIGHT ** age;
    sum += share * residual(sample, machines);
    weight += share;
  }
  return { mean: sum / weight, weight };
}

function pooledDeviation(
  bySource: ReadonlyMap<string, readonly DurationSample[]>,
  means: ReadonlyMap<string, { readonly mean: number }>,
  machines: ReadonlyMap<string, number>,
): number {
  let squares = 0;
  let freedom = 0;
  for (const [source, list] of bySource) {
    const mean = means.get(source)?.mean ?? 0;
    for (const sample of list) squares += (residual(sample, machines) - mean) ** 2;
    freedom += list.length - 1;
  }
  return freedom > 0 ? Math.sqrt(squares / freedom) : DEFAULT_BUILD_DEVIATION;
}

function residual(sample: DurationSample, machines: ReadonlyMap<string, number>): number {
  return logOf(sample) - (machines.get(machineKey(sample)) ?? 0);
}

function logOf(sample: DurationSample): number {
  return Math.log(Math.max(sample.durationMs, DURATION_MS_MIN));
}

function average(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}

function deviation(values: readonly number[], mean: number): number {
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1));
}

function machineKey(machine: Omit<DurationQuestion, 'source'>): string {
  return JSON.stringify([machine.architecture, machine.builderClass]);
}
