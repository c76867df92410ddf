import { createReadStream } from 'node:fs';
import { createXXHash128 } from 'hash-wasm';
import { MIB } from '@cairn/std';
import { stoneError, toHex, type ContentRange, type LayoutEntry } from '@cairn/stone';
import type { FoundEntry } from './collect-entries.js';
import type { OnProgress } from './progress.js';
import { isSystemError, StoneRefusal } from './stone-refusal.js';

const READ_CHUNK_SIZE_BYTES = MIB;
/** Packages are built by many users and installed by root, so ownership is not taken from the disk. */
const OWNER = { uid: 0, gid: 0 };

/** One unique file of the Content and where its bytes are read. */
export interface ContentFile {
  readonly range: ContentRange;
  readonly path: string;
}

/** What will stand in a package: its paths, and the order of its unique files. */
export interface PackagePlan {
  readonly layout: readonly LayoutEntry[];
  readonly content: readonly ContentFile[];
  readonly contentSizeBytes: number;
}

interface UniqueFile {
  readonly digest: string;
  readonly path: string;
  readonly sizeBytes: number;
}

/** Hashes every regular file and lays the unique ones out by descending size, ties in layout order. */
export async function planPackage(entries: readonly FoundEntry[]): Promise<PackagePlan> {
  const layout: LayoutEntry[] = [];
  const unique = new Map<string, UniqueFile>();
  for (const entry of entries) {
    const frame = { ...OWNER, mode: entry.mode, target: entry.target };
    if (entry.type === 'directory') layout.push({ type: 'directory', ...frame });
    else if (entry.type === 'symlink') layout.push({ type: 'symlink', ...frame, link: entry.link });
    else {
      const file = await hashFile(entry.path);
      if (!unique.has(file.digest)) unique.set(file.digest, file);
      layout.push({ type: 'regular', ...frame, digest: file.digest });
    }
  }
  return { layout, ...layOut([...unique.values()].sort((a, b) => b.sizeBytes - a.sizeBytes)) };
}

/** The pieces of all unique files in their order; a file that is not what it was when planned is refused. */
export async function* contentPieces(
  plan: PackagePlan,
  onProgress?: OnProgress,
): AsyncGenerator<Uint8Array> {
  const hasher = await createXXHash128();
  const totalBytes = plan.contentSizeBytes;
  for (const { range, path } of plan.content) {
    hasher.init();
    let doneBytes = range.start;
    try {
      for await (const piece of pieces(path)) {
        hasher.update(piece);
        doneBytes += piece.byteLength;
        if (doneBytes > range.end) break;
        yield piece;
        onProgress?.({ doneBytes, totalBytes });
      }
    } catch (error) {
      throw isSystemError(error) ? changed(error.message) : error;
    }
    if (toHex(hasher.digest('binary')) !== range.digest) throw changed(path);
  }
}

function changed(what: string): StoneRefusal {
  const found = JSON.stringify(what);
  return new StoneRefusal(stoneError('stone.entry-changed', { offset: 0 }, { found }));
}

async function hashFile(path: string): Promise<UniqueFile> {
  const hasher = (await createXXHash128()).init();
  let sizeBytes = 0;
  for await (const piece of pieces(path)) {
    hasher.update(piece);
    sizeBytes += piece.byteLength;
  }
  return { digest: toHex(hasher.digest('binary')), path, sizeBytes };
}

function pieces(path: string): AsyncIterable<Uint8Array> {
  return createReadStream(path, { highWaterMark: READ_CHUNK_SIZE_BYTES });
}

function layOut(files: readonly UniqueFile[]): Pick<PackagePlan, 'content' | 'contentSizeBytes'> {
  let start = 0;
  const content = files.map(({ digest, path, sizeBytes }) => {
    const range = { start, end: start + sizeBytes, digest };
    start = range.end;
    return { range, path };
  });
  return { content, contentSizeBytes: start };
}
