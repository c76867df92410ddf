import { nextRound, type DependencyGraph, type FinishedBuild, type NextRound } from '@cairn/solver';

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

/** What results ask for: builds of sources whose last build used something that exports something else by now. */
export function roundAfter(graph: DependencyGraph, builds: readonly StagedBuild[]): NextRound {
  const bySource = Map.groupBy(builds, (build) => build.source);
  return nextRound(
    graph,
    builds.map((build): FinishedBuild => ({
      source: build.source,
      stage: build.stage,
      exported: build.exported,
      used: usedBy(graph, build, bySource),
    })),
  );
}

function usedBy(
  graph: DependencyGraph,
  build: StagedBuild,
  bySource: ReadonlyMap<string, readonly StagedBuild[]>,
): ReadonlyMap<string, string> {
  const used = new Map<string, string>();
  for (const { from } of graph.edgesOf(build.source)) {
    const seen = (bySource.get(from) ?? []).filter((each) => each.stagedAt <= build.usedAt);
    const last = seen.toSorted((left, right) => left.stage - right.stage).at(-1);
    if (last !== undefined) used.set(from, last.exported);
  }
  return used;
}
