import type { DependencyGraph } from '../graph/dependency-graph.js';
import { compareText } from '../graph/source-node.js';
import { stepId, type PlanStep } from './build-plan.js';
import { cutCycles } from './cycle-cuts.js';
import { inRunnableOrder } from './step-order.js';

/** A text that is equal for two builds of a source exactly when their exported interfaces are equal. */
export type InterfaceFingerprint = string;

/** One finished build: what it exports, and which version of each dependency it was built against. */
export interface FinishedBuild {
  readonly source: string;
  readonly stage: number;
  readonly exported: InterfaceFingerprint;
  readonly used: ReadonlyMap<string, InterfaceFingerprint>;
}

/** Another round: steps with their causes, or nothing when the plan has come to a fixed point. */
export interface NextRound {
  readonly steps: readonly PlanStep[];
  readonly causes: readonly { readonly source: string; readonly changed: readonly string[] }[];
}

/**
 * Decides from results whether anything has to be built once more: a source whose last build used a version of a dependency that exports
 * something else than that dependency's last build does. Members that need each other use each other's previous build.
 */
export function nextRound(graph: DependencyGraph, builds: readonly FinishedBuild[]): NextRound {
  const last = lastBuilds(builds);
  const causes = [...last.values()]
    .map((build) => ({ source: build.source, changed: changedSince(graph, build, last) }))
    .filter((each) => each.changed.length > 0)
    .sort((left, right) => compareText(left.source, right.source));
  const again = causes.map((each) => each.source);
  const rows = rowsBetween(graph, again);
  const { cuts } = cutCycles({ cuttable: rows, fixed: rows.map(() => []) }, { effort: 'thorough' });
  const isCut = new Set(cuts.map(({ from, to }) => `${from} ${to}`));
  const stageOf = (source: string) => (last.get(source)?.stage ?? -1) + 1;
  const steps = again.map((source, number): PlanStep => {
    const stage = stageOf(source);
    const after = (rows[number] ?? [])
      .filter((target) => !isCut.has(`${number} ${target}`))
      .map((target) => again[target] ?? '')
      .map((other) => stepId(other, stageOf(other)))
      .sort(compareText);
    return { id: stepId(source, stage), source, stage, after, published: [], without: [] };
  });
  return { steps: inRunnableOrder(steps), causes };
}

function changedSince(
  graph: DependencyGraph,
  build: FinishedBuild,
  last: ReadonlyMap<string, FinishedBuild>,
): string[] {
  const changed = new Set<string>();
  for (const { from } of graph.edgesOf(build.source)) {
    const latest = last.get(from);
    if (latest !== undefined && build.used.get(from) !== latest.exported) changed.add(from);
  }
  return [...changed].sort(compareText);
}

function rowsBetween(graph: DependencyGraph, sources: readonly string[]): number[][] {
  const numberOf = new Map(sources.map((source, number) => [source, number]));
  return sources.map((source) => {
    const targets = new Set<number>();
    for (const edge of graph.edgesOf(source)) {
      const target = numberOf.get(edge.from);
      if (target !== undefined) targets.add(target);
    }
    return [...targets];
  });
}

function lastBuilds(builds: readonly FinishedBuild[]): Map<string, FinishedBuild> {
  const last = new Map<string, FinishedBuild>();
  for (const build of builds) {
    const known = last.get(build.source);
    if (known === undefined || known.stage < build.stage) last.set(build.source, build);
  }
  return last;
}
