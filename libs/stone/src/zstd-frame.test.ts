import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeZstdFrameHeader } from './zstd-frame.js';
import { ZstdFrameWalker, type ZstdWalkState } from './zstd-walker.js';

const NOWHERE = { offset: 0 };

function walk(frame: Uint8Array, pieceSize: number): ZstdWalkState {
  const header = decodeZstdFrameHeader(frame, NOWHERE);
  if (!header.ok) throw new Error(header.error.message);
  const walker = new ZstdFrameWalker(header.value.hasChecksum);
  for (let at = header.value.headerSizeBytes; at < frame.length; at += pieceSize) {
    walker.push(frame.subarray(at, at + pieceSize));
  }
  return walker.state;
}

describe('a zstd frame', () => {
  it.each([0, 1, 255, 256, 65_791, 65_792, 300_000])(
    'of %i bytes says its size and ends where it ends',
    (sizeBytes) => {
      const frame = zstdCompressSync(Buffer.alloc(sizeBytes, 'abcdefg'));
      expect(decodeZstdFrameHeader(frame, NOWHERE)).toMatchObject({
        ok: true,
        value: {
          contentSizeBytes: sizeBytes,
          windowSizeBytes: sizeBytes,
          isSingleSegment: true,
          dictionaryId: 0,
        },
      });
      expect(walk(frame, frame.length)).toBe('ended');
    },
  );

  it('may leave its size out and carry a checksum', () => {
    const params = {
      [constants.ZSTD_c_contentSizeFlag]: 0,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_windowLog]: 20,
    };
    const frame = zstdCompressSync(Buffer.alloc(2_000_000, 'abc'), { params });
    expect(decodeZstdFrameHeader(frame, NOWHERE)).toMatchObject({
      ok: true,
      value: {
        contentSizeBytes: null,
        windowSizeBytes: 2 ** 20,
        isSingleSegment: false,
        hasChecksum: true,
      },
    });
    expect(walk(frame, 5)).toBe('ended');
  });

  it('is walked to the same end in pieces of any size, cut or followed by more', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.integer({ min: 1, max: 50 }),
        (bytes, pieceSize) => {
          const frame = zstdCompressSync(bytes);
          expect(walk(frame, pieceSize)).toBe('ended');
          expect(walk(frame.subarray(0, frame.length - 1), pieceSize)).toBe('inside');
          expect(walk(Buffer.concat([frame, Buffer.of(0)]), pieceSize)).toBe('overrun');
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    ['stone.zstd-magic', '502a4d1800000000'],
    ['stone.zstd-magic', '28b52f'],
    ['stone.zstd-header', '28b52ffd28'],
    ['stone.zstd-header', '28b52ffd20'],
  ])('is refused with %s: %s', (code, hex) => {
    expect(decodeZstdFrameHeader(Buffer.from(hex, 'hex'), NOWHERE)).toMatchObject({
      ok: false,
      error: { code },
    });
  });
});
