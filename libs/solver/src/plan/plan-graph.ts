import { canonicalCapability, type Capability } from '../graph/capability.js';
import type { DependencyGraph, Edge } from '../graph/dependency-graph.js';
import { affectedBy } from './affected.js';
import type { Cut, PlanRequest } from './build-plan.js';

/** An affected source with its edges to affected sources, by the number of the target. */
export interface PlanNode {
  readonly source: string;
  readonly edges: ReadonlyMap<number, readonly Edge[]>;
  /** Targets that are not needed when this source's bootstrap hint is followed. */
  readonly spared: ReadonlySet<number>;
  readonly without: readonly Capability[];
}

/** The affected part of the graph, and which of its sources are published. */
export interface PlanGraph {
  readonly nodes: readonly PlanNode[];
  readonly isPublished: (source: string) => boolean;
  /** Dependencies on sources that are neither affected nor published. */
  readonly missing: readonly Cut[];
}

/** Cuts the affected part out of the graph. */
export function planGraphOf(graph: DependencyGraph, request: PlanRequest): PlanGraph {
  const { published } = request;
  const isPublished = (source: string) =>
    published !== 'none' && (published ?? 'all') === 'all'
      ? true
      : published instanceof Set && published.has(source);
  const names = affectedNames(graph, request);
  const numberOf = new Map(names.map((name, number) => [name, number]));
  const hints = new Map(
    (request.bootstrap ?? []).map((hint) => [hint.source, hint.without.map(canonicalCapability)]),
  );
  const missing: Cut[] = [];
  const nodes = names.map((source): PlanNode => {
    const edges = new Map<number, Edge[]>();
    for (const edge of graph.edgesOf(source)) {
      const target = numberOf.get(edge.from);
      if (target === undefined) {
        if (!isPublished(edge.from)) missing.push(edge);
        continue;
      }
      const known = edges.get(target);
      if (known === undefined) edges.set(target, [edge]);
      else known.push(edge);
    }
    const without = isPublished(source) ? [] : (hints.get(source) ?? []);
    return {
      source,
      edges,
      without,
      spared: sparedBy(graph, { source, without, edges, numberOf }),
    };
  });
  return { nodes, isPublished, missing };
}

function affectedNames(graph: DependencyGraph, request: PlanRequest): readonly string[] {
  if (request.changed === undefined) return graph.sourceNames();
  const adjacency = graph.adjacency();
  const isAffected = affectedBy(adjacency, new Set(request.changed));
  return adjacency.names.filter((_, node) => isAffected[node] === 1);
}

function sparedBy(
  graph: DependencyGraph,
  node: {
    readonly source: string;
    readonly without: readonly Capability[];
    readonly edges: ReadonlyMap<number, readonly Edge[]>;
    readonly numberOf: ReadonlyMap<string, number>;
  },
): ReadonlySet<number> {
  if (node.without.length === 0) return new Set();
  const left = new Set<number | undefined>();
  for (const edge of graph.edgesOf(node.source, new Set(node.without)))
    left.add(node.numberOf.get(edge.from));
  return new Set([...node.edges.keys()].filter((target) => !left.has(target)));
}
