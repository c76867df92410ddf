import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import { listPayloads } from './checked-stone.js';
import { readContent } from './content-reader.js';
import { forge, type ForgedPayload } from './forged-stone.conformance.js';
import { loadCodec } from './index.js';
import { StoneFile } from './stone-file.js';
import { StoneRefusal } from './stone-refusal.js';
import { openSynchronousZstd } from './synchronous-zstd.js';

const codec = await loadCodec();
const plain = Buffer.from(
  Array.from({ length: 3 * MIB + 5 }, (_, at) => ((at * at) % 251) ^ (at >> 10)),
);
const whole = zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-reader-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** The code that reading this Content is refused with, or its bytes. */
async function read(
  content: Partial<ForgedPayload>,
  openDecoder: typeof openSynchronousZstd,
): Promise<string | Buffer> {
  const path = join(directory, 'case.stone');
  const payload = { kind: 2, plain, recordCount: 0, compression: 2, stored: whole, ...content };
  await writeFile(path, forge({ payloads: [payload] }, codec));
  const pieces: Buffer[] = [];
  try {
    await StoneFile.with(path, async (file) => {
      const [slot] = (await listPayloads(file, 'strict')).slots;
      if (slot === undefined) throw new Error('no payload');
      await readContent(file, slot, (piece) => void pieces.push(Buffer.from(piece)), openDecoder);
    });
    return Buffer.concat(pieces);
  } catch (error) {
    if (error instanceof StoneRefusal) return error.refusal.code;
    throw error;
  }
}

describe.each([
  ['on this thread', openSynchronousZstd],
  ['as a stream, where Node offers nothing else', () => undefined],
])('readContent %s', (_, open) => {
  it('gives the bytes', async () => {
    const bytes = await read({}, open);
    expect(typeof bytes !== 'string' && Buffer.compare(bytes, plain)).toBe(0);
  });

  it.each([
    ['stone.checksum', { checksum: 1n }],
    ['stone.zstd-truncated', { stored: whole.subarray(0, -5) }],
    ['stone.zstd-trailing', { stored: Buffer.concat([whole, whole]) }],
    ['stone.zstd-corrupt', { stored: Buffer.concat([whole.subarray(0, -1), Buffer.alloc(1, 1)]) }],
    ['stone.zstd-content-size', { plainSize: 9n }],
    ['stone.plain-size', { stored: withoutSize(plain), plainSize: BigInt(plain.length - 1) }],
    ['stone.plain-size', { stored: withoutSize(plain), plainSize: BigInt(plain.length + 1) }],
  ])('refuses with %s', async (code, content) => {
    expect(await read(content, open)).toBe(code);
  });
});

function withoutSize(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } });
}
