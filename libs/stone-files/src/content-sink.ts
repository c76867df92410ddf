import { closeSync, constants, copyFileSync, fchmodSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createXXHash128, type IHasher } from 'hash-wasm';
import {
  placeOf,
  stoneError,
  toHex,
  type ContentPiece,
  type LayoutEntry,
  type PayloadSlot,
} from '@cairn/stone';
import { OutputFile } from './output-file.js';
import { StoneRefusal } from './stone-refusal.js';

/** How extracted files are written. */
export interface SinkOptions {
  /** Directory that stands for /usr. */
  readonly directory: string;
  /** Bits of an entry’s mode that are set on its file. */
  readonly modeMask: number;
}

/**
 * Writes the pieces of a Content to the files that have their digest and checks each digest when a file is complete,
 * before the file gets its mode.
 */
export class ContentSink {
  private file: OutputFile | undefined;

  private readonly hasher: IHasher;
  private readonly slot: PayloadSlot;
  private readonly files: ReadonlyMap<string, readonly LayoutEntry[]>;
  private readonly options: SinkOptions;

  private constructor(
    hasher: IHasher,
    slot: PayloadSlot,
    files: ReadonlyMap<string, readonly LayoutEntry[]>,
    options: SinkOptions,
  ) {
    this.hasher = hasher;
    this.slot = slot;
    this.files = files;
    this.options = options;
    hasher.init();
  }

  static async create(
    slot: PayloadSlot,
    files: ReadonlyMap<string, readonly LayoutEntry[]>,
    options: SinkOptions,
  ): Promise<ContentSink> {
    return new ContentSink(await createXXHash128(), slot, files, options);
  }

  /** Takes pieces in the order of the Content, which must stay as they are until the returned promise settles. */
  take(pieces: Iterable<ContentPiece>): Promise<void> | undefined {
    const going: Promise<void>[] = [];
    const wait = (promise: Promise<void> | undefined) => {
      if (promise !== undefined) going.push(promise);
    };
    let failure: Failure | undefined;
    try {
      this.takeEach(pieces, wait);
    } catch (error) {
      failure = { error };
    }
    if (going.length > 0) return allDone(going, failure);
    if (failure !== undefined) throw failure.error;
    return undefined;
  }

  private takeEach(
    pieces: Iterable<ContentPiece>,
    wait: (promise: Promise<void> | undefined) => void,
  ): void {
    for (const { range, bytes, isLast } of pieces) {
      this.hasher.update(bytes);
      const [first, ...copies] = this.files.get(range.digest) ?? [];
      if (first !== undefined) {
        this.file ??= new OutputFile(this.pathOf(first));
        wait(this.file.append(bytes));
      }
      if (!isLast) continue;
      this.checkDigest(range.digest);
      if (first !== undefined) wait(this.complete(first, copies));
    }
  }

  /** Closes what a failure left open. */
  async close(): Promise<void> {
    await this.file?.abandon();
    this.file = undefined;
  }

  private checkDigest(expected: string): void {
    const found = toHex(this.hasher.digest('binary'));
    this.hasher.init();
    if (found === expected) return;
    throw new StoneRefusal(
      stoneError('stone.index-digest', placeOf(this.slot), { expected, found }),
    );
  }

  private complete(first: LayoutEntry, copies: readonly LayoutEntry[]): Promise<void> | undefined {
    const { file } = this;
    this.file = undefined;
    return file?.seal(this.modeOf(first), () => {
      for (const copy of copies) this.writeCopy(this.pathOf(first), copy);
    });
  }

  /** Each path gets a file of its own, so that changing one never changes the other. */
  private writeCopy(source: string, entry: LayoutEntry): void {
    const path = this.pathOf(entry);
    copyFileSync(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      fchmodSync(descriptor, this.modeOf(entry));
    } finally {
      closeSync(descriptor);
    }
  }

  private modeOf({ mode }: LayoutEntry): number {
    return mode & this.options.modeMask;
  }

  private pathOf({ target }: LayoutEntry): string {
    return join(this.options.directory, target);
  }
}

interface Failure {
  readonly error: unknown;
}

/** Waits for all, also when one fails or something else did: the others still use their pieces. */
async function allDone(going: readonly Promise<void>[], failure?: Failure): Promise<void> {
  const results = await Promise.allSettled(going);
  if (failure !== undefined) throw failure.error;
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
