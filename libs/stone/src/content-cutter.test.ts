import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentCutter } from './content-cutter.js';
import { tileContent, type ContentRange } from './content-ranges.js';

describe('ContentCutter', () => {
  it('cuts at every border, however the bytes arrive, empty files included', () => {
    const sizes = fc.array(fc.nat({ max: 9 }), { maxLength: 8 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 7 }), (fileSizes, chunkSize) => {
        let start = 0;
        const ranges: ContentRange[] = fileSizes.map((size, at) => {
          const range = { start, end: start + size, digest: String(at) };
          start = range.end;
          return range;
        });
        const content = Uint8Array.from({ length: start }, (_, at) => at);
        const found = new Map<string, number[]>();
        const finished: string[] = [];
        const cutter = new ContentCutter(ranges);
        const take = (
          pieces: Iterable<{ range: ContentRange; bytes: Uint8Array; isLast: boolean }>,
        ) => {
          for (const { range, bytes, isLast } of pieces) {
            found.set(range.digest, [...(found.get(range.digest) ?? []), ...bytes]);
            if (isLast) finished.push(range.digest);
          }
        };
        for (let at = 0; at < start; at += chunkSize)
          take(cutter.push(content.subarray(at, at + chunkSize)));
        take(cutter.finish());
        expect(finished).toEqual(ranges.map(({ digest }) => digest));
        for (const range of ranges)
          expect(found.get(range.digest)).toEqual([...content.subarray(range.start, range.end)]);
      }),
    );
  });
});

describe('tileContent', () => {
  const place = { offset: 32 };
  const range = (start: number, end: number, digest = `${start}-${end}`): ContentRange => ({
    start,
    end,
    digest,
  });

  it('brings ranges into the order of the Content', () => {
    const tiled = tileContent([range(5, 9), range(0, 5), range(5, 5)], 9, place);
    expect(tiled).toEqual({ ok: true, value: [range(0, 5), range(5, 5), range(5, 9)] });
  });

  it.each([
    ['stone.index-range', [range(0, 10)], 9],
    ['stone.index-overlap', [range(0, 5), range(4, 9)], 9],
    ['stone.index-gap', [range(0, 4), range(5, 9)], 9],
    ['stone.index-gap', [], 1],
    ['stone.index-duplicate', [range(0, 4, 'a'), range(4, 9, 'a')], 9],
  ] as const)('refuses with %s', (code, ranges, sizeBytes) => {
    expect(tileContent(ranges, sizeBytes, place)).toMatchObject({ ok: false, error: { code } });
  });
});
