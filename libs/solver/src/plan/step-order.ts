import { invariant } from '@cairn/std';
import { compareText } from '../graph/source-node.js';
import type { PlanStep } from './build-plan.js';

type Ordered = Pick<PlanStep, 'id' | 'after'>;

/** Sorts steps by layer, longest remaining chain first within a layer, so that each stands behind all it waits for. */
export function inRunnableOrder<Step extends Ordered>(steps: readonly Step[]): Step[] {
  const levels = levelsOf(steps);
  const tails = tailsMs(steps, () => 1);
  return [...steps].sort(
    (left, right) =>
      (levels.get(left.id) ?? 0) - (levels.get(right.id) ?? 0) ||
      (tails.get(right.id) ?? 0) - (tails.get(left.id) ?? 0) ||
      compareText(left.id, right.id),
  );
}

/** Ids in some order in which each stands behind all it waits for. A cycle among steps is a defect of the plan. */
export function topological(steps: readonly Ordered[]): string[] {
  const waits = new Map(steps.map((step) => [step.id, step.after.length]));
  const dependants = dependantsOf(steps);
  const order = steps.filter((step) => step.after.length === 0).map((step) => step.id);
  for (const id of order) {
    for (const dependant of dependants.get(id) ?? []) {
      const left = (waits.get(dependant) ?? 0) - 1;
      waits.set(dependant, left);
      if (left === 0) order.push(dependant);
    }
  }
  invariant(order.length === steps.length, 'the steps of a plan have no cycle');
  return order;
}

/** Which steps wait directly for a step. */
export function dependantsOf(steps: readonly Ordered[]): Map<string, string[]> {
  const dependants = new Map<string, string[]>(steps.map((step) => [step.id, []]));
  for (const step of steps) for (const id of step.after) dependants.get(id)?.push(step.id);
  return dependants;
}

/** For each step the time of the longest chain that begins with it, its own duration included. */
export function tailsMs<Step extends Ordered>(
  steps: readonly Step[],
  durationMsOf: (step: Step) => number,
): Map<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const tails = new Map<string, number>();
  const behind = new Map<string, number>();
  for (const id of topological(steps).reverse()) {
    const step = byId.get(id);
    if (step === undefined) continue;
    const tail = durationMsOf(step) + (behind.get(id) ?? 0);
    tails.set(id, tail);
    for (const before of step.after) behind.set(before, Math.max(behind.get(before) ?? 0, tail));
  }
  return tails;
}

/** The ids of the longest chain, first to last; of equal ones the alphabetically first. */
export function longestChain<Step extends Ordered>(
  steps: readonly Step[],
  durationMsOf: (step: Step) => number,
): string[] {
  const tails = tailsMs(steps, durationMsOf);
  const dependants = dependantsOf(steps);
  const longest = (ids: readonly string[]) =>
    ids.reduce<string | undefined>((best, id) => {
      const difference = best === undefined ? 1 : (tails.get(id) ?? 0) - (tails.get(best) ?? 0);
      return difference > 0 || (difference === 0 && best !== undefined && id < best) ? id : best;
    }, undefined);
  const chain: string[] = [];
  let next = longest(steps.filter((step) => step.after.length === 0).map((step) => step.id));
  while (next !== undefined) {
    chain.push(next);
    next = longest(dependants.get(next) ?? []);
  }
  return chain;
}

function levelsOf(steps: readonly Ordered[]): Map<string, number> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const levels = new Map<string, number>();
  for (const id of topological(steps)) {
    const after = byId.get(id)?.after ?? [];
    levels.set(
      id,
      after.reduce((level, before) => Math.max(level, (levels.get(before) ?? 0) + 1), 0),
    );
  }
  return levels;
}
