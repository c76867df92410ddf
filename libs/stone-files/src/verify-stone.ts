import { createXXHash128 } from 'hash-wasm';
import type { Result } from '@cairn/std';
import {
  checkEnd,
  ContentCutter,
  type ContentPiece,
  placeOf,
  stoneError,
  toHex,
  type FileType,
  type LayoutEntry,
  type ReadMode,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import {
  checkContentSize,
  checkRecords,
  listPayloads,
  type CheckedStone,
} from './checked-stone.js';
import { loadCodec } from './codec.js';
import { checkStoredBytes, readContent } from './content-reader.js';
import type { OnProgress } from './progress.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse, StoneRefusal } from './stone-refusal.js';

/** What a good file holds. Sizes in bytes; Content as unpacked. */
export interface StoneSummary {
  readonly fileType: FileType;
  readonly sizeBytes: number;
  readonly payloadCount: number;
  readonly packages: readonly StonePackage[];
  readonly pathCount: number;
  readonly layout: readonly LayoutEntry[];
  readonly contentSizeBytes: number;
}

/** How a file is verified. */
export interface VerifyOptions {
  readonly mode: ReadMode;
  /** Told in plain bytes of the Content. */
  readonly onProgress?: OnProgress;
}

/** Checks a whole file: checksums, records, cross references, and the digest of every file in its Content. */
export function verifyStone(
  path: string,
  options: VerifyOptions,
): Promise<Result<StoneSummary, StoneError>> {
  return asResult('stone.unreadable', () => StoneFile.with(path, (file) => verify(file, options)));
}

/** Checks only that every payload’s stored bytes match their checksum; nothing is decompressed. Progress in stored bytes. */
export function verifyStorage(
  path: string,
  options: { readonly onProgress?: OnProgress } = {},
): Promise<Result<{ readonly sizeBytes: number; readonly payloadCount: number }, StoneError>> {
  return asResult('stone.unreadable', () =>
    StoneFile.with(path, async (file) => {
      const { slots, endOffset } = await listPayloads(file, 'tolerant');
      orRefuse(checkEnd(endOffset, file.sizeBytes));
      for (const slot of slots) await checkStoredBytes(file, slot, options.onProgress);
      file.checkUnchanged();
      return { sizeBytes: file.sizeBytes, payloadCount: slots.length };
    }),
  );
}

async function verify(file: StoneFile, { mode, onProgress }: VerifyOptions): Promise<StoneSummary> {
  const stone = await checkRecords(file, await loadCodec(), mode);
  checkContentSize(stone.contentSlot);
  await checkDigests(file, stone, onProgress);
  file.checkUnchanged();
  return {
    fileType: stone.header.fileType,
    sizeBytes: file.sizeBytes,
    payloadCount: stone.payloads.length,
    packages: stone.packages,
    pathCount: stone.layout.length,
    layout: stone.layout,
    contentSizeBytes: stone.contentSlot?.plainSizeBytes ?? 0,
  };
}

async function checkDigests(
  file: StoneFile,
  stone: CheckedStone,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const slot = stone.contentSlot;
  if (slot === undefined) return;
  const hasher = (await createXXHash128()).init();
  const cutter = new ContentCutter(stone.ranges);
  const take = (pieces: Iterable<ContentPiece>) => {
    for (const { range, bytes, isLast } of pieces) {
      hasher.update(bytes);
      if (!isLast) continue;
      const found = toHex(hasher.digest('binary'));
      if (found !== range.digest) {
        throw new StoneRefusal(
          stoneError('stone.index-digest', placeOf(slot), { expected: range.digest, found }),
        );
      }
      hasher.init();
    }
  };
  const totalBytes = slot.plainSizeBytes;
  await readContent(file, slot, (chunk) => {
    take(cutter.push(chunk));
    onProgress?.({ doneBytes: cutter.sizeBytes, totalBytes });
  });
  take(cutter.finish());
}
