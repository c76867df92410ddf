import { closeSync, copyFileSync, fchmodSync, openSync, writeSync, constants } from 'node:fs';
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
import { StoneRefusal } from './stone-refusal.js';

/** New files only: an existing name, a link included, is an error of the system. */
const CREATE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const PRIVATE_MODE = 0o600;

/** How extracted files are written. */
export interface SinkOptions {
  /** Directory that stands for /usr. */
  readonly directory: string;
  /** Bits of an entry’s mode that are set on its file. */
  readonly modeMask: number;
}

/**
 * Writes the pieces of a Content to the files that have their digest and checks each digest when a file is complete.
 * Synchronous on purpose: decompression runs in another thread meanwhile.
 */
export class ContentSink {
  private descriptor: number | undefined;

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

  /** Takes pieces in the order of the Content. */
  take(pieces: Iterable<ContentPiece>): void {
    for (const { range, bytes, isLast } of pieces) {
      const [first, ...copies] = this.files.get(range.digest) ?? [];
      this.hasher.update(bytes);
      if (first !== undefined) {
        this.descriptor ??= openSync(this.pathOf(first), CREATE_FLAGS, PRIVATE_MODE);
        writeAll(this.descriptor, bytes);
      }
      if (isLast) this.complete(range.digest, first, copies);
    }
  }

  /** Closes what a failure left open. */
  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  private complete(
    digest: string,
    first: LayoutEntry | undefined,
    copies: readonly LayoutEntry[],
  ): void {
    const found = toHex(this.hasher.digest('binary'));
    this.hasher.init();
    if (found !== digest) {
      throw new StoneRefusal(
        stoneError('stone.index-digest', placeOf(this.slot), { expected: digest, found }),
      );
    }
    if (first === undefined || this.descriptor === undefined) return;
    for (const copy of copies) this.writeCopy(this.pathOf(first), copy);
    fchmodSync(this.descriptor, first.mode & this.options.modeMask);
    this.close();
  }

  /** Each path gets a file of its own, so that changing one never changes the other. */
  private writeCopy(source: string, entry: LayoutEntry): void {
    const path = this.pathOf(entry);
    copyFileSync(source, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      fchmodSync(descriptor, entry.mode & this.options.modeMask);
    } finally {
      closeSync(descriptor);
    }
  }

  private pathOf({ target }: LayoutEntry): string {
    return join(this.options.directory, target);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.byteLength) written += writeSync(descriptor, bytes, written);
}
