import type { DependencyGraph } from '../graph/dependency-graph.js';
import type { BuildPlan, PlanStep } from './build-plan.js';

/** What is wrong with a plan, judged without any of the planner's own code; empty when nothing is. */
export function faultsOf(graph: DependencyGraph, plan: BuildPlan): string[] {
  const affected = new Set(plan.affected);
  const placeOf = new Map(plan.steps.map((step, place) => [step.id, place]));
  const bySource = new Map<string, PlanStep[]>();
  for (const step of plan.steps)
    bySource.set(step.source, [...(bySource.get(step.source) ?? []), step]);
  const faults: string[] = [];
  for (const source of affected) {
    const steps = bySource.get(source) ?? [];
    if (steps.length === 0) faults.push(`${source} has no step`);
    if (new Set(steps.map((step) => step.stage)).size !== steps.length)
      faults.push(`${source} twice in a stage`);
  }
  const before = transitiveSources(plan.steps);
  for (const [place, step] of plan.steps.entries()) {
    if (step.after.some((id) => (placeOf.get(id) ?? Infinity) >= place))
      faults.push(`${step.id} stands too early`);
    const served = new Set(step.published.map((use) => `${use.source} ${use.capability}`));
    for (const edge of graph.edgesOf(step.source)) {
      if (!affected.has(edge.from) || step.without.includes(edge.capability)) continue;
      const isBuilt = before.get(step.id)?.has(edge.from) === true;
      if (!isBuilt && !served.has(`${edge.from} ${edge.capability}`))
        faults.push(`${step.id} lacks ${edge.from}`);
    }
    const lacking = [
      ...step.published.map((use) => use.source),
      ...(step.without.length > 0 ? [step.source] : []),
    ];
    for (const source of lacking) {
      const isRepeated = (bySource.get(step.source) ?? []).some(
        (later) => later.stage > step.stage && before.get(later.id)?.has(source) === true,
      );
      if (!isRepeated) faults.push(`${step.id} is not built again after ${source}`);
    }
  }
  return faults;
}

function transitiveSources(steps: readonly PlanStep[]): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const sourceOf = new Map(steps.map((step) => [step.id, step.source]));
  for (const step of steps) {
    const sources = new Set<string>();
    for (const id of step.after) {
      sources.add(sourceOf.get(id) ?? id);
      for (const source of found.get(id) ?? []) sources.add(source);
    }
    found.set(step.id, sources);
  }
  return found;
}
