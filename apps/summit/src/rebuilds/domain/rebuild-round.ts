import {
  nextRound,
  type DependencyGraph,
  type FinishedBuild,
  type NextRound,
  type PlanStep,
} from '@cairn/solver';

/** Rounds after which a rebuild is published although its last builds still changed what they export. */
export const ROUNDS_MAX = 5;

/** A staged build of a rebuild. Times are milliseconds. */
export interface StagedBuild {
  readonly source: string;
  readonly stage: number;
  readonly stagedAt: number;
  readonly exported: string;
  /** When it was given to its builder: it used what was staged until then. */
  readonly usedAt: number;
}

/** What a round is decided from. */
export interface RoundFacts {
  readonly graph: DependencyGraph;
  readonly builds: readonly StagedBuild[];
  /** What the published version of each source exports, as far as known. */
  readonly published: ReadonlyMap<string, string>;
  /** All steps so far, spared ones too: a further build of a source counts on from its last. */
  readonly steps: readonly Pick<PlanStep, 'source' | 'stage'>[];
}

/** What results ask for: builds of sources whose last build used something that exports something else by now. */
export function roundAfter(facts: RoundFacts): NextRound {
  const bySource = Map.groupBy(facts.builds, (build) => build.source);
  const lastStage = new Map<string, number>();
  for (const { source, stage } of facts.steps)
    lastStage.set(source, Math.max(stage, lastStage.get(source) ?? 0));
  const last = [...bySource.values()].flatMap((builds) => lastOf(builds) ?? []);
  return nextRound(
    facts.graph,
    last.map((build): FinishedBuild => ({
      source: build.source,
      stage: lastStage.get(build.source) ?? build.stage,
      exported: build.exported,
      used: usedBy(build, bySource, facts),
    })),
  );
}

function usedBy(
  build: StagedBuild,
  bySource: ReadonlyMap<string, readonly StagedBuild[]>,
  { graph, published }: RoundFacts,
): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  for (const { from } of graph.edgesOf(build.source)) {
    const seen = (bySource.get(from) ?? []).filter((each) => each.stagedAt <= build.usedAt);
    const exported = lastOf(seen)?.exported ?? published.get(from);
    if (exported !== undefined) used.set(from, exported);
  }
  return used;
}

function lastOf(builds: readonly StagedBuild[]): StagedBuild | undefined {
  return builds.toSorted((left, right) => left.stage - right.stage).at(-1);
}
