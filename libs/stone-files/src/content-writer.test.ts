import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { ZstdFrameWalker, decodeZstdFrameHeader } from '@cairn/stone';
import { writeContent } from './content-writer.js';

const dir = mkdtempSync(join(tmpdir(), 'cairn-content-'));
afterAll(() => rmSync(dir, { recursive: true }));

/** The sizes of a real package's files, with which node:zlib wrote an empty second frame behind the content. */
const SIZES = [
  127_289, 16_006, 5_873, 5_566, 5_387, 5_384, 4_641, 3_771, 3_073, 2_638, 2_634, 2_525, 1_823, 510,
];

it.each([[SIZES], [[1]], [[65_536, 65_536]], [[1_048_576, 1]]])(
  'writes exactly one frame for pieces of %j bytes',
  async (sizes) => {
    const pieces = sizes.map((size, seed) =>
      Buffer.from(Array.from({ length: size }, (_, at) => (at * at + seed) % 251)),
    );
    const plain = Buffer.concat(pieces);
    const path = join(dir, 'content');
    const file = await open(path, 'w');
    const source = async function* () {
      yield* pieces;
    };
    const { storedSizeBytes } = await writeContent(file, 0, {
      pieces: source(),
      plainSizeBytes: plain.byteLength,
    });
    await file.close();
    const stored = await readFile(path);
    expect(stored.byteLength).toBe(storedSizeBytes);
    const header = decodeZstdFrameHeader(stored, { offset: 0 });
    if (!header.ok) throw new Error(header.error.message);
    const walker = new ZstdFrameWalker(header.value.hasChecksum);
    walker.push(stored, header.value.headerSizeBytes);
    expect(walker.state).toBe('ended');
    expect(zstdDecompressSync(stored).equals(plain)).toBe(true);
  },
);
