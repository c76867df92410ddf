import { describe, expect, it } from 'vitest';
import { rowOf } from './adjacency.js';
import { cyclesOf, levelSizes } from './components.js';
import { buildGraph } from './dependency-graph.js';
import { withImplied } from './implied-depends.js';
import { hasRealData, realImplied, realSources, realText } from './real-graph.conformance.js';
import type { SourceNode } from './source-node.js';

const READINGS = [
  { title: 'direct', implied: false, baseRoot: false, closure: false },
  { title: 'runtime closure', implied: false, baseRoot: false, closure: true },
  { title: 'macros', implied: true, baseRoot: false, closure: false },
  { title: 'macros and closure', implied: true, baseRoot: false, closure: true },
  { title: 'macros and base root', implied: true, baseRoot: true, closure: false },
  { title: 'everything', implied: true, baseRoot: true, closure: true },
] as const;

function expectedReading(place: number): { edges: number; components: string[][] } {
  const block = realText('scc.txt').split(/^# /m)[place + 1] ?? '';
  const [head = '', ...lines] = block.trim().split('\n');
  const components = lines.map((line) =>
    line
      .slice(line.indexOf(':') + 1)
      .trim()
      .split(' '),
  );
  return { edges: Number(/edges (\d+)/.exec(head)?.[1]), components };
}

describe.skipIf(!hasRealData())('the real graph', () => {
  it('has exactly the recorded direct edges', () => {
    const adjacency = buildGraph(realSources()).adjacency();
    const edges = adjacency.names.flatMap((name, node) =>
      [...rowOf(adjacency, node)].map((target) => `${name}\t${adjacency.names[target] ?? ''}`),
    );
    expect(edges.join('\n')).toBe(realText('edges-direct.tsv').trim());
  });

  it.each(READINGS)('has the recorded edges and components when read as $title', (reading) => {
    const expected = expectedReading(READINGS.indexOf(reading));
    const implied = realImplied();
    const sources = realSources().map((node): SourceNode =>
      reading.implied ? withImplied(node, implied.get(node.source), reading) : node,
    );
    const adjacency = buildGraph(sources, { closure: reading.closure }).adjacency();
    expect(adjacency.targets.length).toBe(expected.edges);
    expect(cyclesOf(adjacency).filter((members) => members.length > 1)).toEqual(
      expected.components,
    );
  });

  it('counts packages, capabilities, self-loops and levels', () => {
    const graph = buildGraph(realSources());
    const adjacency = graph.adjacency();
    expect([graph.packageCount, graph.capabilityCount]).toEqual([3_993, 19_875]);
    expect(adjacency.selfLoops.reduce((sum, each) => sum + each, 0)).toBe(10);
    expect(levelSizes(adjacency).join(' ')).toBe(
      '291 69 14 9 388 430 170 90 59 41 39 43 52 12 10 10 2 4 2 1 1',
    );
    expect(graph.sourceNames().flatMap((name) => graph.unresolvedOf(name))).toEqual([]);
  });
});
