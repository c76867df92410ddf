import type { PlanStep } from './build-plan.js';

/**
 * The stage in which each step can be published at the earliest, by step id, when a plan is published stage by stage: not before its own and not
 * before those of what it waits for, so that each stage stands on earlier ones and itself. Steps come in a runnable order.
 */
export function publicationStages(
  steps: readonly Pick<PlanStep, 'id' | 'stage' | 'after'>[],
): Map<string, number> {
  const stages = new Map<string, number>();
  for (const { id, stage, after } of steps)
    stages.set(
      id,
      after.reduce((latest, before) => Math.max(latest, stages.get(before) ?? 0), stage),
    );
  return stages;
}
