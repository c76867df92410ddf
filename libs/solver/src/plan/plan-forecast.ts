import { HOUR_MS } from '@cairn/std';
import type { DurationPrediction } from '../durations/duration-model.js';
import type { PlanStep } from './build-plan.js';
import { planBoundMs } from './plan-bound.js';

/** What a plan, or what is left of one, will cost and when it will be done. */
export interface PlanForecast {
  readonly builderHours: number;
  /** Time until the last step, if builders never wait for anything but steps. */
  readonly remainingMs: number;
  /** About eight of ten plans are done between these. */
  readonly remainingLowMs: number;
  readonly remainingHighMs: number;
}

/** Standard deviations between the bounds of a prediction (tenth to ninetieth percentile). */
const DEVIATIONS_BETWEEN_BOUNDS = 2.563;
const TENTH_PERCENTILE = 1.2816;

/** Forecasts steps that are not built yet; steps they wait for that are missing here count as built. */
export function forecastPlan(facts: {
  readonly steps: readonly Pick<PlanStep, 'id' | 'source' | 'after'>[];
  readonly predict: (source: string) => DurationPrediction;
  readonly builderCount: number;
}): PlanForecast {
  const left = new Set(facts.steps.map((step) => step.id));
  const steps = facts.steps.map((step) => ({
    ...step,
    after: step.after.filter((id) => left.has(id)),
  }));
  let workMs = 0;
  let variance = 0;
  for (const step of steps) {
    const { expectedMs, lowMs, highMs } = facts.predict(step.source);
    workMs += expectedMs;
    variance += ((highMs - lowMs) / DEVIATIONS_BETWEEN_BOUNDS) ** 2;
  }
  const remainingMs = planBoundMs({
    steps,
    durationMsOf: (source) => facts.predict(source).expectedMs,
    builderCount: facts.builderCount,
  });
  const share = workMs === 0 ? 0 : (TENTH_PERCENTILE * Math.sqrt(variance)) / workMs;
  return {
    builderHours: workMs / HOUR_MS,
    remainingMs,
    remainingLowMs: Math.max(0, remainingMs * (1 - share)),
    remainingHighMs: remainingMs * (1 + share),
  };
}
