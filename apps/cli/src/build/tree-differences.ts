import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { firstDifference } from './first-difference.js';

/** One thing in which two builds differ. */
export interface BuildDifference {
  /** Name of the package or manifest. */
  readonly artefact: string;
  /** Path in the package; null where the artefact as a whole differs. */
  readonly path: string | null;
  /** What differs and where, in words. */
  readonly what: string;
  /** Offset of the first byte that differs, where bytes do. */
  readonly offset: number | null;
}

const MODE_BITS = 0o7777;

/** Compares two trees of files, path by path. Owners and times do not count: packages do not hold them. */
export async function treeDifferences(
  artefact: string,
  first: string,
  second: string,
): Promise<BuildDifference[]> {
  const [before, after] = [await pathsBelow(first), await pathsBelow(second)];
  const paths = [...new Set([...before, ...after])].sort();
  const differences: BuildDifference[] = [];
  for (const path of paths) {
    for (const found of await pathDifferences(path, { first, second, before, after }))
      differences.push({ artefact, path: `/${path}`, ...found });
  }
  return differences;
}

type Found = Pick<BuildDifference, 'what' | 'offset'>;

async function pathDifferences(
  path: string,
  trees: {
    readonly first: string;
    readonly second: string;
    readonly before: ReadonlySet<string>;
    readonly after: ReadonlySet<string>;
  },
): Promise<Found[]> {
  if (!trees.before.has(path)) return [{ what: 'only the second build has it', offset: null }];
  if (!trees.after.has(path)) return [{ what: 'only the first build has it', offset: null }];
  const [one, other] = [join(trees.first, path), join(trees.second, path)];
  const [a, b] = [await lstat(one), await lstat(other)];
  if ((a.mode & ~MODE_BITS) !== (b.mode & ~MODE_BITS))
    return [{ what: 'it is of another kind', offset: null }];
  const mode: Found[] =
    a.mode === b.mode
      ? []
      : [{ what: `its mode is ${octal(a.mode)} and ${octal(b.mode)}`, offset: null }];
  if (a.isSymbolicLink()) return targetDifference(await readlink(one), await readlink(other));
  const content = a.isFile() ? await contentDifference(one, other) : undefined;
  return content === undefined ? mode : [...mode, content];
}

function targetDifference(one: string, other: string): Found[] {
  return one === other ? [] : [{ what: `it leads to ${one} and to ${other}`, offset: null }];
}

/** In words where two files differ. */
export async function contentDifference(one: string, other: string): Promise<Found | undefined> {
  const found = await firstDifference(one, other);
  if (found === undefined) return undefined;
  const { offset, line, first, second } = found;
  const place = line === undefined ? `byte ${offset}` : `line ${line}, byte ${offset}`;
  const shown = (bytes: string) => (bytes === '' ? 'the end' : bytes);
  return { what: `it differs from ${place}: ${shown(first)} and ${shown(second)}`, offset };
}

async function pathsBelow(root: string): Promise<Set<string>> {
  const paths = new Set<string>();
  const pending = [''];
  for (let dir = pending.pop(); dir !== undefined; dir = pending.pop()) {
    for (const entry of await readdir(join(root, dir), { withFileTypes: true })) {
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      paths.add(path);
      if (entry.isDirectory()) pending.push(path);
    }
  }
  return paths;
}

function octal(mode: number): string {
  return (mode & MODE_BITS).toString(8).padStart(4, '0');
}
