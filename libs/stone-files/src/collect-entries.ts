import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { compareText, stoneError } from '@cairn/stone';
import { StoneRefusal } from './stone-refusal.js';

const USR = 'usr';
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const PLAIN_DIRECTORY_MODE = 0o040755;

interface FoundFrame {
  /** Path below /usr, without a leading slash. */
  readonly target: string;
  readonly mode: number;
}

/** A path of a tree on its way into a package. */
export type FoundEntry =
  | (FoundFrame & { readonly type: 'regular'; readonly path: string; readonly sizeBytes: number })
  | (FoundFrame & { readonly type: 'symlink'; readonly link: string })
  | (FoundFrame & { readonly type: 'directory' });

/** All paths below `<root>/usr`, sorted; directories only when they are empty or their mode is not plain. */
export async function walkTree(root: string): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  await walk(root, '', found);
  return found.sort((a, b) => compareText(a.target, b.target));
}

/** The named paths below `<root>/usr`, sorted; each is taken as it is, a directory without what it holds. */
export async function lookUpEntries(
  root: string,
  targets: readonly string[],
): Promise<FoundEntry[]> {
  const found: FoundEntry[] = [];
  for (const target of new Set(targets)) found.push(await lookUp(root, target));
  return found.sort((a, b) => compareText(a.target, b.target));
}

async function walk(root: string, directory: string, found: FoundEntry[]): Promise<void> {
  const names = (await readdir(join(root, USR, directory), 'buffer')).map(utf8);
  if (directory !== '') {
    const entry = await lookUp(root, directory);
    if (names.length === 0 || entry.mode !== PLAIN_DIRECTORY_MODE) found.push(entry);
  }
  for (const name of names) {
    const target = directory === '' ? name : `${directory}/${name}`;
    const entry = await lookUp(root, target);
    if (entry.type === 'directory') await walk(root, target, found);
    else found.push(entry);
  }
}

async function lookUp(root: string, target: string): Promise<FoundEntry> {
  const path = join(root, USR, target);
  const stats = await lstat(path);
  const { mode } = stats;
  if (stats.isFile()) return { type: 'regular', target, mode, path, sizeBytes: stats.size };
  if (stats.isSymbolicLink())
    return { type: 'symlink', target, mode: 0o120777, link: utf8(await readlink(path, 'buffer')) };
  if (stats.isDirectory()) return { type: 'directory', target, mode };
  throw new StoneRefusal(
    stoneError('stone.entry-unsupported', { offset: 0 }, { found: JSON.stringify(target) }),
  );
}

/** Names and links are bytes on disk and UTF-8 in a package. */
function utf8(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    const found = `a name that is not UTF-8, ${JSON.stringify(lenientUtf8.decode(bytes))}`;
    throw new StoneRefusal(stoneError('stone.entry-unsupported', { offset: 0 }, { found }));
  }
}
