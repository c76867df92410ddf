import { expect, it } from 'vitest';
import { cyclesIn, type ImportGraph } from './cycles.ts';
import { importsOf, productFiles, resolveImport } from './source-tree.ts';

function graphOf(edges: Record<string, readonly string[]>): ImportGraph {
  return new Map(Object.entries(edges));
}

it('finds every kind of cycle in a graph and none where there is none', () => {
  expect(cyclesIn(graphOf({ a: ['b', 'c'], b: ['d'], c: ['d'], d: [] }))).toEqual([]);
  expect(cyclesIn(graphOf({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))).toEqual([['a', 'b', 'c']]);
  expect(cyclesIn(graphOf({ a: ['a'] }))).toEqual([['a']]);
  const two = graphOf({ a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] });
  expect(cyclesIn(two)).toEqual([
    ['c', 'd'],
    ['a', 'b'],
  ]);
});

it('has no cycle among our files, type imports included', () => {
  const files = productFiles();
  expect(files.length).toBeGreaterThan(50);
  const graph = new Map(
    files.map((file) => [
      file,
      importsOf(file).flatMap((specifier) => resolveImport(file, specifier) ?? []),
    ]),
  );
  const edges = [...graph.values()].reduce((sum, targets) => sum + targets.length, 0);
  expect(edges).toBeGreaterThan(files.length);
  expect(cyclesIn(graph)).toEqual([]);
});
