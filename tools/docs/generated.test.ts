import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../tidy/source-tree.ts';
import { GENERATED } from './generated.ts';
import { projects, withoutImplied } from './project-graph.ts';
import { PROJECT_SENTENCES } from './project-sentences.ts';

it.each(GENERATED)('holds what the code says: $path', async ({ path, make }) => {
  // Renew with: npx vitest run --project unit tools/docs -u
  await expect(await make()).toMatchFileSnapshot(join(root, path));
});

it('gives every project a layer and a sentence', () => {
  const all = projects();
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter(({ kind }) => !/^type:(app|test-kit|kit|contract|core)$/.test(kind))).toEqual(
    [],
  );
  expect(all.map(({ folder }) => folder).sort()).toEqual(Object.keys(PROJECT_SENTENCES).sort());
});

it('leaves out of the picture what follows, and nothing else', () => {
  const project = (name: string, imports: readonly string[]) => ({
    name,
    folder: `libs/${name}`,
    kind: 'type:core',
    description: name,
    imports,
  });
  const all = [
    project('a', ['b', 'c', 'd']),
    project('b', ['c']),
    project('c', []),
    project('d', []),
  ];
  expect([...withoutImplied(all)]).toEqual([
    ['a', ['b', 'd']],
    ['b', ['c']],
    ['c', []],
    ['d', []],
  ]);
});
