import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildGraph, type DependencyGraph } from './dependency-graph.js';
import type { SourceNode } from './source-node.js';

function source(
  name: string,
  buildDepends: string[],
  packages: SourceNode['packages'] = [],
): SourceNode {
  const own = packages.length > 0 ? packages : [{ name, provides: [], depends: [] }];
  return { source: name, buildDepends, packages: own };
}

function yields(name: string, ...provides: string[]) {
  return { name, provides, depends: [] };
}

function providerOf(graph: DependencyGraph, asker: string): (string | undefined)[] {
  return graph.edgesOf(asker).map((edge) => edge.from);
}

describe('which provider serves', () => {
  it('prefers a package of the asking source', () => {
    const graph = buildGraph([
      source('a', ['binary(x)'], [yields('a-tools', 'binary(x)')]),
      source('x', [], [yields('x', 'binary(x)')]),
    ]);
    expect(providerOf(graph, 'a')).toEqual(['a']);
  });

  it('then the package named like the target', () => {
    const graph = buildGraph([
      source('user', ['binary(tool)']),
      source('b', [], [yields('b', 'binary(tool)')]),
      source('z', [], [yields('tool', 'binary(tool)')]),
    ]);
    expect(providerOf(graph, 'user')).toEqual(['z']);
  });

  it('then the shortest name, then alphabetical order', () => {
    const graph = buildGraph([
      source('user', ['cmake(T)', 'cmake(U)']),
      source('llvm-20', [], [yields('llvm-20', 'cmake(T)')]),
      source('llvm', [], [yields('llvm', 'cmake(T)')]),
      source('bb', [], [yields('bb', 'cmake(U)')]),
      source('ab', [], [yields('ab', 'cmake(U)')]),
    ]);
    expect(providerOf(graph, 'user')).toEqual(['llvm', 'ab']);
  });
});

it('reads a bare name as name(x) and tells what nobody provides', () => {
  const graph = buildGraph([source('a', ['b', 'ghost']), source('b', [])]);
  expect(graph.edgesOf('a')).toEqual([{ source: 'a', capability: 'name(b)', from: 'b' }]);
  expect(graph.unresolvedOf('a')).toEqual([{ source: 'a', capability: 'name(ghost)' }]);
});

it('adds what the dependencies need at run time when the closure is read', () => {
  const nodes: SourceNode[] = [
    source('app', ['lib']),
    {
      source: 'lib',
      buildDepends: [],
      packages: [{ name: 'lib', provides: [], depends: ['data'] }],
    },
    source('data', []),
  ];
  expect(providerOf(buildGraph(nodes), 'app')).toEqual(['lib']);
  expect(providerOf(buildGraph(nodes, { closure: true }), 'app')).toEqual(['lib', 'data']);
});

it('merges two nodes of one name whatever their order', () => {
  const one = source('a', ['x'], [yields('a', 'binary(one)')]);
  const two = source('a', ['y'], [yields('a', 'binary(two)')]);
  const asked = source('user', ['binary(one)', 'binary(two)']);
  for (const nodes of [
    [one, two, asked],
    [two, asked, one],
  ]) {
    expect(providerOf(buildGraph(nodes), 'user')).toEqual(['a', 'a']);
  }
});

const smallName = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const dependency = fc.oneof(
  smallName,
  smallName.map((name) => `binary(${name})`),
  smallName.map((name) => `soname(lib${name}.so(x86_64))`),
);
const arbitraryNode: fc.Arbitrary<SourceNode> = fc.record({
  source: smallName,
  buildDepends: fc.array(dependency, { maxLength: 4 }),
  packages: fc.array(
    fc.record({
      name: fc
        .tuple(smallName, fc.constantFrom('', '-devel'))
        .map(([name, suffix]) => name + suffix),
      provides: fc.array(dependency, { maxLength: 3 }),
      depends: fc.array(dependency, { maxLength: 3 }),
    }),
    { maxLength: 3 },
  ),
});

/** The same node with every list in the opposite order. */
function turnedRound(node: SourceNode): SourceNode {
  return {
    source: node.source,
    buildDepends: node.buildDepends.toReversed(),
    packages: node.packages.toReversed().map((each) => ({
      name: each.name,
      provides: each.provides.toReversed(),
      depends: each.depends.toReversed(),
    })),
  };
}

function picture(graph: DependencyGraph) {
  const byText = (left: object, right: object) =>
    JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;
  return {
    names: graph.sourceNames(),
    counts: [graph.packageCount, graph.capabilityCount],
    targets: [...graph.adjacency().targets],
    selfLoops: [...graph.adjacency().selfLoops],
    edges: graph
      .sourceNames()
      .flatMap((name) => [...graph.edgesOf(name)])
      .sort(byText),
    unresolved: graph
      .sourceNames()
      .flatMap((name) => graph.unresolvedOf(name))
      .sort(byText),
  };
}

describe.each([{ closure: false }, { closure: true }])('with closure $closure', (reading) => {
  it('does not depend on the order of the sources', () => {
    const order = fc.array(arbitraryNode, { maxLength: 8 }).chain((nodes) =>
      fc.tuple(
        fc.constant(nodes),
        fc
          .shuffledSubarray(nodes, { minLength: nodes.length })
          .map((shuffled) => shuffled.map(turnedRound)),
      ),
    );
    fc.assert(
      fc.property(order, ([nodes, shuffled]) => {
        const graphs = [nodes, shuffled].map((each) => picture(buildGraph(each, reading)));
        expect(graphs[0]).toEqual(graphs[1]);
      }),
    );
  });

  it('is the same after changes as when built from scratch', () => {
    const change = fc.oneof(
      arbitraryNode.map((node) => ({ node })),
      smallName.map((removed) => ({ removed })),
    );
    fc.assert(
      fc.property(
        fc.array(arbitraryNode, { maxLength: 6 }),
        fc.array(change, { maxLength: 8 }),
        (nodes, changes) => {
          const graph = buildGraph(nodes, reading);
          graph.adjacency();
          for (const each of changes) {
            if ('node' in each) graph.update(each.node);
            else graph.remove(each.removed);
            graph.adjacency();
          }
          const now = graph
            .sourceNames()
            .map((name) => graph.node(name))
            .filter((node) => node !== undefined);
          expect(picture(graph)).toEqual(picture(buildGraph(now, reading)));
        },
      ),
    );
  });
});
