import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type BuildSuccess, type Collectable } from '@cairn/executor';
import { extractStone, readStone } from '@cairn/stone-files';
import { contentDifference, treeDifferences, type BuildDifference } from './tree-differences.js';

/** Everything in which two builds of one recipe differ; empty when every byte is equal. `dir` is emptied afterwards. */
export async function compareBuilds(
  first: BuildSuccess,
  second: BuildSuccess,
  dir: string,
): Promise<BuildDifference[]> {
  const others = new Map(second.collectables.map((one) => [one.name, one]));
  const differences: BuildDifference[] = [];
  for (const one of first.collectables) {
    const other = others.get(one.name);
    others.delete(one.name);
    if (other === undefined) differences.push(whole(one, 'only the first build made it'));
    else if (one.sha256 !== other.sha256) differences.push(...(await explain(one, other, dir)));
  }
  for (const other of others.values())
    differences.push(whole(other, 'only the second build made it'));
  return differences;
}

async function explain(
  one: Collectable,
  other: Collectable,
  dir: string,
): Promise<BuildDifference[]> {
  const inside = one.kind === 'package' ? await explainPackage(one, other, dir) : [];
  if (inside.length > 0) return inside;
  const found = await contentDifference(one.path, other.path);
  return [whole(one, found?.what ?? 'it was changed after the build', found?.offset)];
}

async function explainPackage(
  one: Collectable,
  other: Collectable,
  dir: string,
): Promise<BuildDifference[]> {
  const [before, after] = [await readStone(one.path), await readStone(other.path)];
  if (!before.ok || !after.ok) return [];
  const facts = Object.entries(before.value.package)
    .filter(
      ([key, value]) =>
        !isDeepStrictEqual(value, new Map(Object.entries(after.value.package)).get(key)),
    )
    .map(([key]) => whole(one, `its ${key} differ`));
  const trees = [join(dir, 'first'), join(dir, 'second')] as const;
  try {
    for (const [index, { path }] of [one, other].entries()) {
      const tree = trees[index === 0 ? 0 : 1];
      await mkdir(tree, { recursive: true });
      const extracted = await extractStone(path, tree, { keepSpecialBits: true });
      if (!extracted.ok) return facts;
    }
    return [...facts, ...(await treeDifferences(one.name, ...trees))];
  } finally {
    for (const tree of trees) await rm(tree, { recursive: true, force: true });
  }
}

function whole({ name }: Collectable, what: string, offset?: number | null): BuildDifference {
  return { artefact: name, path: null, what, offset: offset ?? null };
}
