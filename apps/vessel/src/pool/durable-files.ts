import { mapInParallel } from '@cairn/std';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { DraftNames } from './domain/draft-name.js';

/** Files that are worked on at once. */
const AT_ONCE_MAX = 32;

/** Makes what was created, renamed or removed in a directory, or written to a file, survive a crash. */
export async function syncPath(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a directory and its missing parents; returns the directories that must be synced for them to survive a crash. */
export async function makeDirectory(dir: string): Promise<readonly string[]> {
  const first = await mkdir(dir, { recursive: true });
  if (first === undefined) return [];
  const changed: string[] = [];
  for (let current = dir; ; current = dirname(current)) {
    changed.push(dirname(current));
    if (current === first) return changed;
  }
}

/** Makes a directory and its missing parents so that they survive a crash. */
export async function makeDirectoryDurably(dir: string): Promise<void> {
  await Promise.all((await makeDirectory(dir)).map(syncPath));
}

/**
 * Files that are put in place together: first all bytes are made safe, then the files appear in the order in which they
 * were added, then their directories are made safe. Syncs go side by side, for the file system does many in the time of one.
 */
export class DurableBatch {
  private readonly drafts: { readonly path: string; readonly draft: string }[] = [];
  private readonly directories = new Set<string>();

  constructor(private readonly names: DraftNames) {}

  async makeDirectory(dir: string): Promise<void> {
    for (const changed of await makeDirectory(dir)) this.directories.add(changed);
  }

  /** Adds a file that replaces what lies at the path. */
  async write(path: string, bytes: Uint8Array): Promise<void> {
    const draft = join(dirname(path), this.names.next());
    this.drafts.push({ path, draft });
    this.directories.add(dirname(path));
    const handle = await open(draft, 'w', 0o644);
    try {
      await handle.writeFile(bytes);
    } finally {
      await handle.close();
    }
  }

  /** Something was linked or renamed into this directory. */
  note(dir: string): void {
    this.directories.add(dir);
  }

  async commit(): Promise<void> {
    await sideBySide(this.drafts, ({ draft }) => syncPath(draft));
    for (const { path, draft } of this.drafts.splice(0)) await rename(draft, path);
    const directories = [...this.directories];
    this.directories.clear();
    await sideBySide(directories, syncPath);
  }

  /** Removes the drafts of a batch that is not committed. */
  async abandon(): Promise<void> {
    await sideBySide(this.drafts.splice(0), ({ draft }) => rm(draft, { force: true }));
  }
}

/** Does the work for each item, a few at a time, for a change set can have thousands; the first failure ends it. */
export async function sideBySide<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  await mapInParallel(items, AT_ONCE_MAX, work);
}

/** Whether an error of the file system has this code, such as `ENOENT`. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
