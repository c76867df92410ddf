import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { createXXHash128, createXXHash3, type IHasher } from 'hash-wasm';
import { err, MIB, ok, type Result } from '@cairn/std';
import type { Codec, CodecFailure } from '@cairn/stone';
import { ReusableDecoder } from './reusable-decoder.js';
import { compressionParameters, DECOMPRESSION_PARAMETERS } from './zstd-parameters.js';

const CHUNK_SIZE_BYTES_MIN = 64;
const CHUNK_SIZE_BYTES_MAX = 64 * MIB;
const OUTPUT_TOO_LARGE = 'ERR_BUFFER_TOO_LARGE';

let loaded: Promise<Codec> | undefined;

/** The codec of Node: zstd from node:zlib, XXH3 from WebAssembly. Loaded once. */
export function loadCodec(): Promise<Codec> {
  loaded ??= createCodec();
  return loaded;
}

async function createCodec(): Promise<Codec> {
  const [short, long] = await Promise.all([createXXHash3(), createXXHash128()]);
  const decoder = new ReusableDecoder();
  return {
    xxh3_64: (bytes) => digest64(short.init().update(bytes)),
    xxh3_128: (bytes) => long.init().update(bytes).digest('binary'),
    compress: (bytes, kind) => zstdCompressSync(bytes, { params: compressionParameters(kind) }),
    decompress: (bytes, { plainSizeBytes }) =>
      decoder.decompress(bytes, plainSizeBytes) ?? decompressOnce(bytes, plainSizeBytes),
  };
}

/** The u64 of a finished XXH3-64. */
export function digest64(hasher: IHasher): bigint {
  const bytes = hasher.digest('binary');
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0);
}

/** With room for the whole output, libzstd needs no window of its own. */
function decompressOnce(
  bytes: Uint8Array,
  plainSizeBytes: number,
): Result<Uint8Array, CodecFailure> {
  try {
    const plain = zstdDecompressSync(bytes, {
      params: DECOMPRESSION_PARAMETERS,
      chunkSize: Math.min(Math.max(plainSizeBytes, CHUNK_SIZE_BYTES_MIN), CHUNK_SIZE_BYTES_MAX),
      maxOutputLength: Math.max(plainSizeBytes, 1),
    });
    if (plain.byteLength === plainSizeBytes) return ok(plain);
    return err({ code: 'codec.wrong-size', message: `${plain.byteLength} bytes` });
  } catch (error) {
    return err(failureOf(error));
  }
}

function failureOf(error: unknown): CodecFailure {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === OUTPUT_TOO_LARGE) return { code: 'codec.wrong-size', message: 'more bytes' };
  return { code: 'codec.corrupt', message: error instanceof Error ? error.message : 'unknown' };
}
