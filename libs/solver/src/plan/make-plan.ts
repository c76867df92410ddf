import { err, ok, type Result } from '@cairn/std';
import { condense } from '../graph/components.js';
import type { DependencyGraph } from '../graph/dependency-graph.js';
import { compareText } from '../graph/source-node.js';
import { cutCycles, type CutArc } from './cycle-cuts.js';
import type { FeedbackEffort } from './feedback-search.js';
import {
  stepId,
  type BuildPlan,
  type Cut,
  type PlanError,
  type PlanRequest,
  type PlanStep,
} from './build-plan.js';
import { planGraphOf, type PlanGraph, type PlanNode } from './plan-graph.js';
import { inRunnableOrder, longestChain } from './step-order.js';

/**
 * Plans the builds of the affected sources. Every source has a step of stage 0; a source whose first step used a published version of an
 * affected source, or left something out, has one of stage 1 after everything it depends on. As few sources as can be found need that.
 */
export function makePlan(
  graph: DependencyGraph,
  request: PlanRequest = {},
): Result<BuildPlan, PlanError> {
  const unknown = (request.changed ?? []).filter((source) => !graph.has(source));
  if (unknown.length > 0)
    return err({ code: 'plan.unknown-source', sources: [...new Set(unknown)].sort(compareText) });
  const planGraph = planGraphOf(graph, request);
  const effort = request.effort ?? 'thorough';
  const also = new Set(request.builtTwice ?? []);
  const alsoCutting = new Set(
    [...planGraph.nodes.keys()].filter((number) => also.has(planGraph.nodes[number]?.source ?? '')),
  );
  const { cuts, stuck } = cutCycles(digraphOf(planGraph), {
    effort,
    relief: request.relief,
    alsoCutting,
  });
  const seeds = [...planGraph.missing, ...seedsFor(planGraph, stuck, effort)];
  if (seeds.length > 0) return err({ code: 'plan.seed-missing', seeds: sortedCuts(seeds) });
  const steps = inRunnableOrder(stepsOf(planGraph, cuts));
  const sourceOf = new Map(steps.map((step) => [step.id, step.source]));
  return ok({
    affected: planGraph.nodes.map((node) => node.source),
    cuts: sortedCuts(cutEdges(planGraph, cuts)),
    steps,
    criticalPath: longestChain(steps, () => 1).map((id) => sourceOf.get(id) ?? id),
  });
}

function digraphOf({ nodes, isPublished }: PlanGraph) {
  const canCut = (node: PlanNode, target: number) =>
    isPublished(nodes[target]?.source ?? '') || node.spared.has(target);
  return {
    cuttable: nodes.map((node) => [...node.edges.keys()].filter((target) => canCut(node, target))),
    fixed: nodes.map((node) => [...node.edges.keys()].filter((target) => !canCut(node, target))),
  };
}

/** A small set of edges that would let the stuck cycles be built if they were served from elsewhere. */
function seedsFor(planGraph: PlanGraph, stuck: readonly number[], effort: FeedbackEffort): Cut[] {
  if (stuck.length === 0) return [];
  const { nodes } = planGraph;
  const digraph = digraphOf(planGraph);
  const isHeld = digraph.fixed.map((row) => new Set(row));
  const { cuts } = cutCycles(
    {
      cuttable: nodes.map((node) => [...node.edges.keys()]),
      fixed: nodes.map(() => []),
    },
    { effort },
  );
  return cuts
    .filter(({ from, to }) => isHeld[from]?.has(to) === true)
    .flatMap(({ from, to }) => nodes[from]?.edges.get(to) ?? []);
}

/** The edges of the cut arcs that a published package serves; arcs that a hint leaves out are no cuts. */
function cutEdges({ nodes, isPublished }: PlanGraph, cuts: readonly CutArc[]): Cut[] {
  return cuts.flatMap(({ from, to }) => {
    const edges = nodes[from]?.edges.get(to) ?? [];
    return edges.filter((edge) => isPublished(edge.from));
  });
}

function sortedCuts(cuts: readonly Cut[]): Cut[] {
  return cuts
    .map(({ source, capability, from }) => ({ source, capability, from }))
    .sort(
      (left, right) =>
        compareText(left.source, right.source) ||
        compareText(left.capability, right.capability) ||
        compareText(left.from, right.from),
    );
}

function stepsOf(planGraph: PlanGraph, cuts: readonly CutArc[]): PlanStep[] {
  const { nodes } = planGraph;
  const cutTargets = nodes.map(() => new Set<number>());
  for (const { from, to } of cuts) cutTargets[from]?.add(to);
  const lastStage = cutTargets.map((targets) => (targets.size > 0 ? 1 : 0));
  const componentOf = componentsOf(nodes);
  /** Within a cycle the first build serves; everybody else waits for the last. */
  const dependencyStep = (number: number, target: number) => {
    const isInside = componentOf[number] === componentOf[target];
    return stepId(nodes[target]?.source ?? '', isInside ? 0 : (lastStage[target] ?? 0));
  };
  return nodes.flatMap((node, number) => {
    const cut = cutTargets[number] ?? new Set();
    const targets = [...node.edges.keys()];
    const afterOf = (kept: readonly number[]) =>
      [...new Set(kept.map((target) => dependencyStep(number, target)))].sort(compareText);
    const first = firstStep(
      planGraph,
      node,
      cut,
      afterOf(targets.filter((target) => !cut.has(target))),
    );
    if (cut.size === 0) return [first];
    const after = [...new Set([...afterOf(targets), first.id])].sort(compareText);
    return [
      first,
      {
        id: stepId(node.source, 1),
        source: node.source,
        stage: 1,
        after,
        published: [],
        without: [],
      },
    ];
  });
}

function firstStep(
  { nodes, isPublished }: PlanGraph,
  node: PlanNode,
  cut: ReadonlySet<number>,
  after: readonly string[],
): PlanStep {
  const served = [...cut].filter((target) => isPublished(nodes[target]?.source ?? ''));
  const published = served
    .flatMap((target) => node.edges.get(target) ?? [])
    .map(({ from, capability }) => ({ source: from, capability }))
    .sort(
      (left, right) =>
        compareText(left.capability, right.capability) || compareText(left.source, right.source),
    );
  const without = served.length < cut.size ? [...new Set(node.without)].sort(compareText) : [];
  return { id: stepId(node.source, 0), source: node.source, stage: 0, after, published, without };
}

function componentsOf(nodes: readonly PlanNode[]): Int32Array {
  const offsets = new Int32Array(nodes.length + 1);
  const targets: number[] = [];
  for (const [number, node] of nodes.entries()) {
    for (const target of node.edges.keys()) targets.push(target);
    offsets[number + 1] = targets.length;
  }
  return condense({
    names: nodes.map((node) => node.source),
    offsets,
    targets: Int32Array.from(targets),
    selfLoops: new Uint8Array(nodes.length),
  }).componentOf;
}
