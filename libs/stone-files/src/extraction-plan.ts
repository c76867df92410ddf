import { compareText, parentOf, stoneError, type LayoutEntry } from '@cairn/stone';
import { StoneRefusal } from './stone-refusal.js';

/** Directories of one package, implied ones included: a few long paths could imply millions. */
const DIRECTORIES_MAX = 200_000;

/** Entries in an order that works: directories from the top down, then files by digest, links last. */
export interface ExtractionPlan {
  /** Every directory that must be there, parents first, implied ones included. */
  readonly directories: readonly string[];
  /** Directories that the package gives a mode of its own. */
  readonly directoryModes: ReadonlyMap<string, number>;
  /** Regular files by the digest of their bytes. */
  readonly filesByDigest: ReadonlyMap<string, readonly LayoutEntry[]>;
  /** Created last, so that nothing can be written through them. */
  readonly symlinks: readonly Extract<LayoutEntry, { type: 'symlink' }>[];
  /** Special files, which are never created. */
  readonly ignored: readonly LayoutEntry[];
}

/** Orders the entries of a checked layout for extraction; throws a refusal when they imply too many directories. */
export function planExtraction(layout: readonly LayoutEntry[]): ExtractionPlan {
  const directories = new Set<string>();
  const directoryModes = new Map<string, number>();
  const filesByDigest = new Map<string, LayoutEntry[]>();
  const symlinks: Extract<LayoutEntry, { type: 'symlink' }>[] = [];
  const ignored: LayoutEntry[] = [];
  for (const entry of layout) {
    addParents(entry.target, directories);
    if (directories.size > DIRECTORIES_MAX) throw tooMany();
    if (entry.type === 'directory') {
      directories.add(entry.target);
      directoryModes.set(entry.target, entry.mode);
    } else if (entry.type === 'regular') {
      const files = filesByDigest.get(entry.digest) ?? [];
      files.push(entry);
      filesByDigest.set(entry.digest, files);
    } else if (entry.type === 'symlink') symlinks.push(entry);
    else ignored.push(entry);
  }
  const ordered = [...directories].sort(compareText);
  return { directories: ordered, directoryModes, filesByDigest, symlinks, ignored };
}

function addParents(target: string, directories: Set<string>): void {
  for (let parent = parentOf(target); parent !== ''; parent = parentOf(parent)) {
    if (directories.has(parent)) return;
    directories.add(parent);
  }
}

function tooMany(): StoneRefusal {
  const counts = { expected: `≤ ${DIRECTORIES_MAX} directories`, found: 'more' };
  return new StoneRefusal(stoneError('stone.amplification', { offset: 0 }, counts));
}
