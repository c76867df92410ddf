import { pipeline, Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createZstdDecompress } from 'node:zlib';
import { createXXHash3 } from 'hash-wasm';
import { MIB } from '@cairn/std';
import {
  checkZstdFrameHeader,
  compareChecksum,
  decodeZstdFrameHeader,
  frameEnd,
  placeOf,
  stoneError,
  ZSTD_HEADER_SIZE_BYTES_MAX,
  ZstdFrameWalker,
  type PayloadSlot,
  type ZstdFrameHeader,
} from '@cairn/stone';
import { digest64, loadCodec } from './codec.js';
import { PIECE_SIZE_BYTES, PieceRing, type ContentTaker } from './piece-ring.js';
import type { OnProgress } from './progress.js';
import { SMALL_READ_SIZE_BYTES, type StoneFile } from './stone-file.js';
import { orRefuse, StoneRefusal } from './stone-refusal.js';
import { openSynchronousZstd, type SynchronousZstd } from './synchronous-zstd.js';
import { decoderWindows } from './window-budget.js';
import { DECOMPRESSION_PARAMETERS } from './zstd-parameters.js';

const STORED_CHUNK_SIZE_BYTES = MIB;
const NOT_WRITTEN = 0xffff_ffff;

/**
 * Gives the decompressed Content to `take` in pieces, never all at once; checks checksum, frame and size on the way and
 * throws a refusal. A piece is only valid until what `take` returned has settled.
 */
export async function readContent(
  file: StoneFile,
  slot: PayloadSlot,
  take: ContentTaker,
  openDecoder = openSynchronousZstd,
): Promise<void> {
  if (slot.compression === 'none') {
    for await (const chunk of storedChunks(file, slot, undefined)) await take(chunk);
    return;
  }
  const frame = await readFrameHeader(file, slot);
  const decoder = openDecoder();
  await decoderWindows.run(frame.windowSizeBytes, () =>
    decoder === undefined
      ? decompressInto(file, slot, frame, take)
      : decompressHere(file, slot, { frame, decoder }, take),
  );
}

/** Hashes a payload’s stored bytes and compares them with its checksum. */
export async function checkStoredBytes(
  file: StoneFile,
  slot: PayloadSlot,
  onProgress?: OnProgress,
): Promise<void> {
  orRefuse(compareChecksum(slot, await hashStoredBytes(file, slot, onProgress)));
}

/** XXH3-64 of a payload’s stored bytes. Progress in bytes of the file. */
export async function hashStoredBytes(
  file: StoneFile,
  slot: PayloadSlot,
  onProgress?: OnProgress,
): Promise<bigint> {
  if (slot.storedSizeBytes <= SMALL_READ_SIZE_BYTES) {
    const codec = await loadCodec();
    return codec.xxh3_64(await file.read(slot.bodyOffset, slot.storedSizeBytes));
  }
  const hasher = (await createXXHash3()).init();
  const range = { start: slot.bodyOffset, end: slot.bodyOffset + slot.storedSizeBytes };
  let doneBytes = range.start;
  await file.scan(range, (piece) => {
    hasher.update(piece);
    doneBytes += piece.byteLength;
    onProgress?.({ doneBytes, totalBytes: file.sizeBytes });
  });
  return digest64(hasher);
}

/**
 * On this thread: handing each piece to another one and back costs more than it gains, most of all on a busy machine.
 * Other work gets its turn between the pieces, and what takes them may still be writing some while the next is unpacked.
 */
async function decompressHere(
  file: StoneFile,
  slot: PayloadSlot,
  { frame, decoder }: { readonly frame: ZstdFrameHeader; readonly decoder: SynchronousZstd },
  take: ContentTaker,
): Promise<void> {
  const pieces = new PieceRing(take);
  const { _writeState: state } = decoder;
  let sizeBytes = 0;
  try {
    for await (const stored of storedChunks(file, slot, frame)) {
      let roomLeftBytes = 0;
      // A full buffer may mean that the decoder holds back more.
      for (let at = 0; at < stored.byteLength || roomLeftBytes === 0;) {
        const plain = await pieces.next();
        state[0] = NOT_WRITTEN;
        const left = stored.byteLength - at;
        const { _handle: handle } = decoder;
        handle?.writeSync(constants.ZSTD_e_continue, stored, at, left, plain, 0, plain.byteLength);
        if (state[0] === NOT_WRITTEN) throw corrupt(slot, decoder.errored?.message ?? 'broken');
        [roomLeftBytes = 0] = state;
        const isStuck = left > 0 && state[1] === left && roomLeftBytes === plain.byteLength;
        if (isStuck) throw corrupt(slot, 'bytes that the decoder does not take');
        at = stored.byteLength - (state[1] ?? 0);
        const written = plain.byteLength - roomLeftBytes;
        sizeBytes += written;
        if (sizeBytes > slot.plainSizeBytes) throw wrongSize(slot, 'more bytes');
        if (written > 0) pieces.hand(plain.subarray(0, written));
        await nextTurn();
      }
    }
    await pieces.drain();
  } finally {
    decoder.destroy();
    await pieces.close();
  }
  if (sizeBytes !== slot.plainSizeBytes) throw wrongSize(slot, `${sizeBytes} bytes`);
}

async function decompressInto(
  file: StoneFile,
  slot: PayloadSlot,
  frame: ZstdFrameHeader,
  take: ContentTaker,
): Promise<void> {
  const decoder = createZstdDecompress({
    params: DECOMPRESSION_PARAMETERS,
    chunkSize: PIECE_SIZE_BYTES,
  });
  const stored = Readable.from(ownChunks(storedChunks(file, slot, frame)), { objectMode: false });
  const fed = new Promise<Error | undefined>((resolve) => {
    pipeline(stored, decoder, (error) => {
      resolve(error ?? undefined);
    });
  });
  let sizeBytes = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.byteLength;
      if (sizeBytes > slot.plainSizeBytes) throw wrongSize(slot, 'more bytes');
      await take(chunk);
    }
  } catch (error) {
    stored.destroy();
    throw refusalOf(await fed, slot) ?? refusalOf(error, slot) ?? error;
  }
  const failure = await fed;
  if (failure !== undefined) throw refusalOf(failure, slot) ?? failure;
  if (sizeBytes !== slot.plainSizeBytes) throw wrongSize(slot, `${sizeBytes} bytes`);
}

/** Copies for a stream, which keeps pieces longer than they are valid. */
async function* ownChunks(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield chunk.slice();
}

async function readFrameHeader(file: StoneFile, slot: PayloadSlot): Promise<ZstdFrameHeader> {
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  const sizeBytes = Math.min(slot.storedSizeBytes, ZSTD_HEADER_SIZE_BYTES_MAX);
  const bytes = await file.read(slot.bodyOffset, sizeBytes);
  const frame = orRefuse(decodeZstdFrameHeader(bytes, place));
  return orRefuse(checkZstdFrameHeader(frame, slot.plainSizeBytes, place));
}

/** The stored bytes in order, each piece valid until the next; the walk and the checksum are checked before the last of them is handed on. */
async function* storedChunks(
  file: StoneFile,
  slot: PayloadSlot,
  frame: ZstdFrameHeader | undefined,
): AsyncGenerator<Uint8Array> {
  const hasher = (await createXXHash3()).init();
  const walker = frame && new ZstdFrameWalker(frame.hasChecksum);
  let headerLeft = frame?.headerSizeBytes ?? 0;
  const range = { start: slot.bodyOffset, end: slot.bodyOffset + slot.storedSizeBytes };
  let seenBytes = 0;
  for await (const chunk of file.chunks(range, STORED_CHUNK_SIZE_BYTES)) {
    seenBytes += chunk.byteLength;
    hasher.update(chunk);
    walker?.push(chunk, headerLeft);
    headerLeft = 0;
    if (seenBytes === slot.storedSizeBytes) orRefuse(compareChecksum(slot, digest64(hasher)));
    const isBroken = walker?.state === 'corrupt' || walker?.state === 'overrun';
    if (walker && (isBroken || seenBytes === slot.storedSizeBytes))
      orRefuse(frameEnd(slot, walker));
    yield chunk;
  }
  if (slot.storedSizeBytes === 0) orRefuse(compareChecksum(slot, digest64(hasher)));
  if (seenBytes < slot.storedSizeBytes) {
    throw new StoneRefusal(
      stoneError('stone.stored-size', placeOf(slot), {
        expected: slot.storedSizeBytes,
        found: seenBytes,
      }),
    );
  }
}

function wrongSize(slot: PayloadSlot, found: string): StoneRefusal {
  const sizes = { expected: slot.plainSizeBytes, found };
  return new StoneRefusal(stoneError('stone.plain-size', placeOf(slot), sizes));
}

function refusalOf(error: unknown, slot: PayloadSlot): StoneRefusal | undefined {
  if (error instanceof StoneRefusal) return error;
  const isZstd =
    error instanceof Error && 'code' in error && String(error.code).startsWith('ZSTD_');
  if (!isZstd) return undefined;
  return corrupt(slot, error.message);
}

function corrupt(slot: PayloadSlot, found: string): StoneRefusal {
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  return new StoneRefusal(stoneError('stone.zstd-corrupt', place, { found }));
}
