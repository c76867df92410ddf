import type { Dirent } from 'node:fs';
import { opendir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import { deadAmong } from '../persistence/writer-lock.js';
import { DRAFT_SUFFIX, writerOf } from './domain/draft-name.js';
import { hasCode, sideBySide } from './durable-files.js';

/** Removes the drafts that killed processes have left, and never those of a process that lives. */
export class DraftSweeper {
  constructor(
    private readonly db: VesselDatabase,
    private readonly dirs: readonly string[],
  ) {}

  /** Returns how many files were removed. */
  async sweep(): Promise<number> {
    const drafts: string[] = [];
    for (const dir of this.dirs) {
      for await (const path of draftsBelow(dir)) drafts.push(path);
    }
    const writers = new Set(drafts.flatMap((path) => writerOf(basename(path)) ?? []));
    // Asked after the drafts were found: whoever makes another one now has its lock.
    const dead = await deadAmong(this.db, [...writers]);
    const abandoned = drafts.filter((path) => {
      const writer = writerOf(basename(path));
      return writer === undefined || dead.has(writer);
    });
    await sideBySide(abandoned, (path) => rm(path, { force: true }));
    return abandoned.length;
  }
}

async function* draftsBelow(dir: string): AsyncGenerator<string> {
  for await (const entry of entriesOf(dir)) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* draftsBelow(path);
    else if (entry.name.endsWith(DRAFT_SUFFIX)) yield path;
  }
}

/** Nothing for a directory that was removed meanwhile. */
async function* entriesOf(dir: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(dir);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
