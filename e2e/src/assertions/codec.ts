import { err, ok } from '@cairn/std';
import { type Codec } from '@cairn/stone';
import { createXXHash128, createXXHash3 } from 'hash-wasm';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** A codec as a client of the repository would have one, independent of that of the services. */
export async function clientCodec(): Promise<Codec> {
  const [short, long] = await Promise.all([createXXHash3(), createXXHash128()]);
  return {
    xxh3_64: (bytes) => BigInt(`0x${short.init().update(bytes).digest('hex')}`),
    xxh3_128: (bytes) => long.init().update(bytes).digest('binary'),
    compress: (bytes) => zstdCompressSync(bytes),
    decompress: (bytes, { plainSizeBytes }) => {
      const plain = zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, plainSizeBytes) });
      if (plain.byteLength === plainSizeBytes) return ok(plain);
      return err({ code: 'codec.wrong-size', message: `${plain.byteLength} bytes` });
    },
  };
}
