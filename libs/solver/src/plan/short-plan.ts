import { ok, type Result } from '@cairn/std';
import { condense } from '../graph/components.js';
import type { DependencyGraph } from '../graph/dependency-graph.js';
import type { BuildPlan, PlanError, PlanRequest } from './build-plan.js';
import { makePlan } from './make-plan.js';
import { criticalStepChain, planBoundMs } from './plan-bound.js';

/** What a plan is shortened for. */
export interface PlanWorkload {
  readonly durationMsOf: (source: string) => number;
  readonly builderCount: number;
}

/** Steps that may be added beyond the fewest. */
const EXTRA_STEPS_MAX = 5;
/** A plan this close to the time that the work alone takes is not worth shortening. */
const GOOD_ENOUGH = 1.005;
/** Places of the longest way that are tried as the next to be built twice. */
const CANDIDATES_MAX = 24;

/** A plan with the bound on any schedule of it. */
interface BoundedPlan {
  readonly plan: BuildPlan;
  readonly boundMs: number;
  readonly builtTwice: readonly string[];
}

/**
 * Of the plans with few steps one that these builders can do soon. First builds within a cycle start early when that helps, and up to five more
 * sources on the longest way through a cycle are built twice.
 */
export function makeShortPlan(
  graph: DependencyGraph,
  request: PlanRequest,
  workload: PlanWorkload,
): Result<BuildPlan, PlanError> {
  const fewest = makePlan(graph, request);
  if (!fewest.ok) return fewest;
  let best = bounded(fewest.value, [], workload);
  const early = makePlan(graph, { ...request, relief: 'earliest-start' });
  if (early.ok) best = better(best, bounded(early.value, [], workload));
  const cyclic = cyclicSources(graph);
  for (
    let extra = 0;
    extra < EXTRA_STEPS_MAX && best.boundMs > GOOD_ENOUGH * floorMs(best.plan, workload);
    extra += 1
  ) {
    const next = withOneMore(graph, request, { best, cyclic, workload });
    if (next.boundMs >= best.boundMs) break;
    best = next;
  }
  return ok(best.plan);
}

function withOneMore(
  graph: DependencyGraph,
  request: PlanRequest,
  facts: {
    readonly best: BoundedPlan;
    readonly cyclic: ReadonlySet<string>;
    readonly workload: PlanWorkload;
  },
): BoundedPlan {
  const { best, cyclic, workload } = facts;
  const isTwice = new Set(
    best.plan.steps.filter((step) => step.stage > 0).map((step) => step.source),
  );
  const chain = criticalStepChain({ steps: best.plan.steps, ...workload });
  const candidates = [...new Set(chain)].filter(
    (source) => cyclic.has(source) && !isTwice.has(source),
  );
  let found = best;
  for (const source of candidates.slice(0, CANDIDATES_MAX)) {
    const builtTwice = [...best.builtTwice, source];
    const plan = makePlan(graph, { ...request, relief: 'earliest-start', builtTwice });
    if (plan.ok) found = better(found, bounded(plan.value, builtTwice, workload));
  }
  return found;
}

function bounded(
  plan: BuildPlan,
  builtTwice: readonly string[],
  workload: PlanWorkload,
): BoundedPlan {
  return { plan, builtTwice, boundMs: planBoundMs({ steps: plan.steps, ...workload }) };
}

function better(left: BoundedPlan, right: BoundedPlan): BoundedPlan {
  return right.boundMs < left.boundMs ? right : left;
}

function floorMs(plan: BuildPlan, workload: PlanWorkload): number {
  const workMs = plan.steps.reduce((sum, step) => sum + workload.durationMsOf(step.source), 0);
  return workMs / workload.builderCount;
}

function cyclicSources(graph: DependencyGraph): ReadonlySet<string> {
  const adjacency = graph.adjacency();
  const { members } = condense(adjacency);
  return new Set(
    members
      .filter((each) => each.length > 1)
      .flatMap((each) => each.map((node) => adjacency.names[node] ?? '')),
  );
}
