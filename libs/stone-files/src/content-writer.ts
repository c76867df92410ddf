import type { FileHandle } from 'node:fs/promises';
import { createZstdCompress, zstdCompressSync, type ZstdCompress } from 'node:zlib';
import { createXXHash3 } from 'hash-wasm';
import { MIB } from '@cairn/std';
import { digest64 } from './codec.js';
import { compressionParameters } from './zstd-parameters.js';

const CHUNK_SIZE_BYTES = MIB;

/** What was written: stored bytes and their XXH3-64. */
export interface WrittenContent {
  readonly storedSizeBytes: number;
  readonly checksum: bigint;
}

/** Compresses pieces, which must come to exactly `plainSizeBytes`, as one Content frame and writes it at `offset`. */
export async function writeContent(
  handle: FileHandle,
  offset: number,
  content: { readonly pieces: AsyncIterable<Uint8Array>; readonly plainSizeBytes: number },
): Promise<WrittenContent> {
  const hasher = (await createXXHash3()).init();
  let storedSizeBytes = 0;
  for await (const chunk of compressed(content.pieces, content.plainSizeBytes)) {
    hasher.update(chunk);
    await writeAt(handle, chunk, offset + storedSizeBytes);
    storedSizeBytes += chunk.byteLength;
  }
  return { storedSizeBytes, checksum: digest64(hasher) };
}

/** Writes all of `bytes` at a position. */
export async function writeAt(
  handle: FileHandle,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  let written = 0;
  while (written < bytes.byteLength) {
    const result = await handle.write(bytes, written, bytes.byteLength - written, offset + written);
    written += result.bytesWritten;
  }
}

async function* compressed(
  pieces: AsyncIterable<Uint8Array>,
  plainSizeBytes: number,
): AsyncGenerator<Uint8Array> {
  const params = compressionParameters('content');
  if (plainSizeBytes === 0) {
    for await (const _ of pieces);
    yield zstdCompressSync(new Uint8Array(0), { params });
    return;
  }
  const encoder = createZstdCompress({
    params,
    pledgedSrcSize: plainSizeBytes,
    chunkSize: CHUNK_SIZE_BYTES,
  });
  const fed = feed(encoder, pieces).then(
    () => undefined,
    (error: unknown) => {
      encoder.destroy();
      return error instanceof Error ? error : new Error('the content could not be read');
    },
  );
  try {
    yield* encoder as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw (await fed) ?? error;
  }
  const failure = await fed;
  if (failure !== undefined) throw failure;
}

/**
 * Writes piece by piece and ends only when the last one has been taken: node:zlib would otherwise end the frame with the
 * last piece and then, at the end of the stream, write an empty second frame behind it.
 */
async function feed(encoder: ZstdCompress, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      encoder.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }
  encoder.end();
}
