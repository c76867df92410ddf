import {
  condense,
  cyclesOf,
  levelSizes,
  makePlan,
  type BuildPlan,
  type Cut,
  type DependencyGraph,
  type PlanError,
  type PlanRequest,
  type Unresolved,
} from '@cairn/solver';

/** What is known of a graph before anything is planned. */
export interface GraphFigures {
  readonly sources: number;
  readonly packages: number;
  readonly capabilities: number;
  /** Distinct pairs of sources, self-edges apart. */
  readonly edges: number;
  readonly unresolved: readonly Unresolved[];
  /** Components of more than one source, then sources that need themselves. */
  readonly components: readonly (readonly string[])[];
  readonly levels: readonly number[];
}

/** A step as it is printed; `without` only where a bootstrap hint was followed. */
export interface PrintedStep {
  readonly id: string;
  readonly source: string;
  readonly stage: number;
  readonly after: readonly string[];
  readonly published: readonly { readonly source: string; readonly capability: string }[];
  readonly without?: readonly string[];
}

/** What `cairn plan --json` prints. */
export interface PlanDocument extends Omit<GraphFigures, 'levels'> {
  readonly cuts: readonly Cut[];
  readonly steps: readonly PrintedStep[];
  readonly criticalPath: readonly string[];
  readonly levels: readonly number[];
}

/** Figures of the graph, and the plan or why there is none. */
export type PlanOutcome =
  | { readonly ok: true; readonly document: PlanDocument; readonly plan: BuildPlan }
  | { readonly ok: false; readonly figures: GraphFigures; readonly error: PlanError };

/** Plans and puts together what is printed. */
export function planOutcome(graph: DependencyGraph, request: PlanRequest): PlanOutcome {
  const figures = figuresOf(graph);
  const plan = makePlan(graph, request);
  if (!plan.ok) return { ok: false, figures, error: plan.error };
  const { levels, ...before } = figures;
  const steps = plan.value.steps.map(({ without, ...step }): PrintedStep =>
    without.length === 0 ? step : { ...step, without },
  );
  const { cuts, criticalPath } = plan.value;
  return { ok: true, document: { ...before, cuts, steps, criticalPath, levels }, plan: plan.value };
}

function figuresOf(graph: DependencyGraph): GraphFigures {
  const adjacency = graph.adjacency();
  const condensation = condense(adjacency);
  return {
    sources: graph.sourceNames().length,
    packages: graph.packageCount,
    capabilities: graph.capabilityCount,
    edges: adjacency.targets.length,
    unresolved: graph
      .sourceNames()
      .flatMap((source) => [...graph.unresolvedOf(source)].sort(byCapability)),
    components: cyclesOf(adjacency, condensation),
    levels: levelSizes(adjacency, condensation),
  };
}

function byCapability(left: Unresolved, right: Unresolved): number {
  return left.capability < right.capability ? -1 : 1;
}
