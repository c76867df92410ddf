import { access, chmod, constants, copyFile, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobRange, BlobStore } from './blob-store.js';
import { blobKey } from './domain/blob-key.js';
import type { DraftNames } from './domain/draft-name.js';
import { hasCode, makeDirectoryDurably, syncPath, type DurableBatch } from './durable-files.js';

const MODE = 0o644;
/** Why a hard link may be impossible although everything is right: other device, too many links, no links here. */
const COPY_INSTEAD = ['EXDEV', 'EMLINK', 'EPERM', 'ENOTSUP'];

/** Blobs below one directory, sharded by the first two digits of their hash. */
export class LocalBlobStore implements BlobStore {
  readonly sizeBytesMax = Infinity;

  constructor(
    private readonly dir: string,
    private readonly names: DraftNames,
  ) {}

  /** Where a blob lies or would lie. */
  pathOf(sha256: string): string {
    return join(this.dir, blobKey(sha256));
  }

  async has(sha256: string): Promise<boolean> {
    return (await inodeOf(this.pathOf(sha256))) !== undefined;
  }

  async add(file: string, sha256: string): Promise<void> {
    const path = this.pathOf(sha256);
    if (await this.has(sha256)) return;
    await makeDirectoryDurably(dirname(path));
    await chmod(file, MODE);
    await syncPath(file);
    await this.putInPlace(file, path);
    await syncPath(dirname(path));
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.pathOf(sha256), { force: true });
  }

  async read(sha256: string, range?: BlobRange): Promise<Readable | undefined> {
    try {
      return (await open(this.pathOf(sha256))).createReadStream(range);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async placeAt(path: string, sha256: string, batch: DurableBatch): Promise<void> {
    const blob = this.pathOf(sha256);
    await batch.makeDirectory(dirname(path));
    // Also when it is there already: the crash that left it may have come before the sync.
    batch.note(dirname(path));
    const inode = await inodeOf(path);
    if (inode !== undefined && inode === (await inodeOf(blob))) return;
    // What else lies there is left from a crash: no row names it, so nobody was told about it.
    await this.putInPlace(blob, path);
  }

  async check(): Promise<void> {
    await access(this.dir, constants.W_OK);
  }

  /** Two writers of one path bring the same bytes, but must not meet in one draft. */
  private async putInPlace(source: string, path: string): Promise<void> {
    const draft = join(dirname(path), this.names.next());
    try {
      await linkOrCopy(source, draft);
      await rename(draft, path);
    } finally {
      // A rename onto another link of the same file leaves both.
      await rm(draft, { force: true });
    }
  }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!COPY_INSTEAD.some((code) => hasCode(error, code))) throw error;
    await copyFile(from, to);
    await syncPath(to);
  }
}

async function inodeOf(path: string): Promise<bigint | undefined> {
  try {
    return (await stat(path, { bigint: true })).ino;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
