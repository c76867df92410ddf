import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { constants, createZstdCompress } from 'node:zlib';
import { createXXHash128, createXXHash3 } from 'hash-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GIB, MIB } from '@cairn/std';
import { encodePayloadHeader } from '@cairn/stone';
import { digest64 } from './codec.js';
import {
  forge,
  indexRecord,
  layoutRecord,
  metaPayload,
  requiredRecords,
} from './forged-stone.conformance.js';
import { loadCodec } from './index.js';
import { costOf } from './process-cost.conformance.js';

const CONTENT_SIZE_BYTES = process.env['CAIRN_FULL'] === '1' ? 2 * GIB : 96 * MIB;
const PIECE_SIZE_BYTES = 16 * MIB;
const BESIDE_CONTENT_SIZE_BYTES_MAX = 300 * MIB;
const STORAGE_SIZE_BYTES_MAX = 150 * MIB;

describe('a package with large Content', () => {
  let directory = '';
  let path = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cairn-large-'));
    path = join(directory, 'large.stone');
    await writeLargePackage(path);
  }, 600_000);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('is verified in its Content and 300 MiB', { timeout: 600_000 }, () => {
    const { peakBytes } = costOf(`verifyStone(${JSON.stringify(path)}, { mode: 'strict' })`);
    expect(peakBytes).toBeLessThan(CONTENT_SIZE_BYTES + BESIDE_CONTENT_SIZE_BYTES_MAX);
  });

  it('is extracted in its Content and 300 MiB', { timeout: 600_000 }, () => {
    const out = join(directory, 'out');
    const { peakBytes } = costOf(`extractStone(${JSON.stringify(path)}, ${JSON.stringify(out)})`);
    expect(peakBytes).toBeLessThan(CONTENT_SIZE_BYTES + BESIDE_CONTENT_SIZE_BYTES_MAX);
  });

  it('has its stored bytes verified in 150 MiB', { timeout: 600_000 }, () => {
    const { peakBytes } = costOf(`verifyStorage(${JSON.stringify(path)})`);
    expect(peakBytes).toBeLessThan(STORAGE_SIZE_BYTES_MAX);
  });
});

async function writeLargePackage(path: string): Promise<void> {
  const codec = await loadCodec();
  const piece = Buffer.alloc(PIECE_SIZE_BYTES);
  for (let at = 0; at < PIECE_SIZE_BYTES; at += 4)
    piece.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 12, at);
  const hasher = (await createXXHash128()).init();
  const pieces = function* () {
    for (let at = 0; at < CONTENT_SIZE_BYTES; at += PIECE_SIZE_BYTES) {
      hasher.update(piece);
      yield piece;
    }
  };
  const params = {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_windowLog]: 31,
    [constants.ZSTD_c_nbWorkers]: 2,
  };
  const encoder = createZstdCompress({
    params,
    pledgedSrcSize: CONTENT_SIZE_BYTES,
    chunkSize: MIB,
  });
  const handle = await open(path, 'w');
  const checksum = (await createXXHash3()).init();
  // Layout and Index have a known length, so the Content can be written before they are.
  const head = (digest: Uint8Array) =>
    forge(
      {
        payloadCount: 4,
        payloads: [
          metaPayload(requiredRecords()),
          {
            kind: 3,
            plain: layoutRecord({ type: 1, target: 'large', source: digest }),
            recordCount: 1,
          },
          { kind: 4, plain: indexRecord(0n, BigInt(CONTENT_SIZE_BYTES), digest), recordCount: 1 },
        ],
      },
      codec,
    );
  let offset = head(Buffer.alloc(16)).byteLength + 32;
  const bodyOffset = offset;
  for await (const chunk of Readable.from(pieces()).pipe(encoder) as AsyncIterable<Uint8Array>) {
    checksum.update(chunk);
    await handle.write(chunk, 0, chunk.byteLength, offset);
    offset += chunk.byteLength;
  }
  const sizes = {
    storedSizeBytes: offset - bodyOffset,
    plainSizeBytes: CONTENT_SIZE_BYTES,
    recordCount: 0,
  };
  const header = encodePayloadHeader({ kind: 'content', checksum: digest64(checksum), ...sizes });
  await handle.write(Buffer.concat([head(hasher.digest('binary')), header]), 0, bodyOffset, 0);
  await handle.close();
}
