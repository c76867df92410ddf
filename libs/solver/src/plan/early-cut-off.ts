import type { PlanStep } from './build-plan.js';

/** How the steps of a plan stand, as far as it matters to what may be spared. */
export interface CutOffFacts {
  /** In a runnable order. */
  readonly steps: readonly PlanStep[];
  /** Sources that are built in any case. */
  readonly changed: ReadonlySet<string>;
  /** Steps that are built, or spared already. */
  readonly settled: ReadonlySet<string>;
  /** Steps that nobody has begun. */
  readonly waiting: ReadonlySet<string>;
  /** Whether the last build of a source in this plan exports something else than what was published before; false for a spared one. */
  readonly exportsOther: (source: string) => boolean;
}

/**
 * Early cut-off: the waiting steps that need not be built, since nothing that they depend on exports anything else. What is spared spares those that
 * wait for it in turn. A first build that uses a published version of what is still to come is never spared: nothing is known of that yet.
 */
export function sparedSteps(facts: CutOffFacts): string[] {
  const settled = new Set(facts.settled);
  const byId = new Map(facts.steps.map((step) => [step.id, step]));
  const firstOf = new Map(
    facts.steps.filter((step) => step.stage === 0).map((step) => [step.source, step]),
  );
  const spared: string[] = [];
  for (const step of facts.steps) {
    if (!facts.waiting.has(step.id) || facts.changed.has(step.source)) continue;
    if (!step.after.every((id) => settled.has(id))) continue;
    const needs = needsOf(step, firstOf.get(step.source), byId);
    if (needs === undefined || needs.some(facts.exportsOther)) continue;
    settled.add(step.id);
    spared.push(step.id);
  }
  return spared;
}

/** The sources whose change would be a reason to build a step; undefined when it is built in any case. */
function needsOf(
  step: PlanStep,
  first: PlanStep | undefined,
  byId: ReadonlyMap<string, PlanStep>,
): string[] | undefined {
  const before = step.stage === 0 ? step : first;
  if (before === undefined || before.without.length > 0) return undefined;
  if (step.stage > 0) return before.published.map((use) => use.source);
  if (step.published.length > 0) return undefined;
  return step.after.flatMap((id) => byId.get(id)?.source ?? []);
}
