import { ok, type Result } from '@cairn/std';
import { condense } from '../graph/components.js';
import { compareText } from '../graph/source-node.js';
import type { DependencyGraph } from '../graph/dependency-graph.js';
import type { BuildPlan, PlanError, PlanRequest } from './build-plan.js';
import { makePlan } from './make-plan.js';
import { criticalStepChain, planBoundMs } from './plan-bound.js';
import { tailsMs } from './step-order.js';

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
/**
 * Plans from which the next are made where not one chain of builds alone decides: the shortest with one source more need not be on the way to the
 * shortest with two.
 */
const PLANS_KEPT_MAX = 6;

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
  if (early.ok) best = shorter(best, bounded(early.value, [], workload));
  const cyclic = cyclicSources(graph);
  let found: readonly BoundedPlan[] = [best];
  for (let extra = 0; extra < EXTRA_STEPS_MAX && isLong(best, workload); extra += 1) {
    const kept = isOneChain(best, workload) ? 1 : PLANS_KEPT_MAX;
    found = withOneMore(graph, request, { found, cyclic, workload }).slice(0, kept);
    const next = found.reduce(shorter, best);
    if (next === best) break;
    best = next;
  }
  return ok(best.plan);
}

/** Plans in which one more source on the longest way of one of those found is built twice, the shortest first. */
function withOneMore(
  graph: DependencyGraph,
  request: PlanRequest,
  facts: {
    readonly found: readonly BoundedPlan[];
    readonly cyclic: ReadonlySet<string>;
    readonly workload: PlanWorkload;
  },
): BoundedPlan[] {
  const { found, cyclic, workload } = facts;
  const choices = found.flatMap(({ plan, builtTwice }) =>
    candidatesOf(plan, cyclic, workload).map((source) => [...builtTwice, source].sort(compareText)),
  );
  const distinct = new Map(choices.map((builtTwice) => [builtTwice.join(' '), builtTwice]));
  const plans = [...distinct.values()].flatMap((builtTwice) => {
    const plan = makePlan(graph, { ...request, relief: 'earliest-start', builtTwice });
    return plan.ok ? [bounded(plan.value, builtTwice, workload)] : [];
  });
  return plans.sort((left, right) => left.boundMs - right.boundMs);
}

function candidatesOf(
  plan: BuildPlan,
  cyclic: ReadonlySet<string>,
  workload: PlanWorkload,
): string[] {
  const isTwice = new Set(plan.steps.filter((step) => step.stage > 0).map((step) => step.source));
  return [...new Set(criticalStepChain({ steps: plan.steps, ...workload }))]
    .filter((source) => cyclic.has(source) && !isTwice.has(source))
    .slice(0, CANDIDATES_MAX);
}

function bounded(
  plan: BuildPlan,
  builtTwice: readonly string[],
  workload: PlanWorkload,
): BoundedPlan {
  return { plan, builtTwice, boundMs: planBoundMs({ steps: plan.steps, ...workload }) };
}

function shorter(left: BoundedPlan, right: BoundedPlan): BoundedPlan {
  return right.boundMs < left.boundMs ? right : left;
}

/** Whether a plan takes noticeably longer than its work alone. */
function isLong({ plan, boundMs }: BoundedPlan, workload: PlanWorkload): boolean {
  const workMs = plan.steps.reduce((sum, step) => sum + workload.durationMsOf(step.source), 0);
  return boundMs > (GOOD_ENOUGH * workMs) / workload.builderCount;
}

/** Whether the longest chain of builds takes as long as the plan. */
function isOneChain(
  { plan, boundMs }: BoundedPlan,
  { durationMsOf }: Pick<PlanWorkload, 'durationMsOf'>,
): boolean {
  const tails = tailsMs(plan.steps, (step) => durationMsOf(step.source));
  const chainMs = [...tails.values()].reduce((longest, tail) => Math.max(longest, tail), 0);
  return boundMs <= GOOD_ENOUGH * chainMs;
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
