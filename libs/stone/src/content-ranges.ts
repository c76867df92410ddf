import { ok, type Result } from '@cairn/std';
import { fromHex, toHex } from './hex.js';
import { readU64, viewOf, writeU64 } from './integers.js';
import { inside, type RecordContext } from './record-place.js';
import { refuse, type Place, type StoneError } from './stone-error.js';

export const INDEX_RECORD_SIZE_BYTES = 32;
const DIGEST_OFFSET = 16;

/** Where the bytes of one unique file stand in the Content; `end` is exclusive, `digest` 32 hexadecimal digits. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly digest: string;
}

/** Reads the records of a decompressed Index payload; they must fill it exactly. */
export function decodeContentRanges(
  bytes: Uint8Array,
  context: RecordContext,
): Result<readonly ContentRange[], StoneError> {
  const expected = context.recordCount * INDEX_RECORD_SIZE_BYTES;
  if (expected > bytes.byteLength) {
    return refuse('stone.record-overrun', inside(context.place, bytes.byteLength));
  }
  if (expected < bytes.byteLength) {
    const sizes = { expected, found: bytes.byteLength };
    return refuse('stone.record-trailing', inside(context.place, expected), sizes);
  }
  const view = viewOf(bytes);
  const ranges: ContentRange[] = [];
  for (let offset = 0; offset < expected; offset += INDEX_RECORD_SIZE_BYTES) {
    const digest = toHex(bytes.subarray(offset + DIGEST_OFFSET, offset + INDEX_RECORD_SIZE_BYTES));
    ranges.push({ start: readU64(view, offset), end: readU64(view, offset + 8), digest });
  }
  return ok(ranges);
}

/** The plain bytes of an Index payload. */
export function encodeContentRanges(ranges: readonly ContentRange[]): Uint8Array {
  const bytes = new Uint8Array(ranges.length * INDEX_RECORD_SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, { start, end, digest }] of ranges.entries()) {
    const offset = at * INDEX_RECORD_SIZE_BYTES;
    writeU64(view, offset, start);
    writeU64(view, offset + 8, end);
    bytes.set(fromHex(digest), offset + DIGEST_OFFSET);
  }
  return bytes;
}

/** Checks that the ranges tile `[0, contentSizeBytes)` with one digest each, and returns them in that order. */
export function tileContent(
  ranges: readonly ContentRange[],
  contentSizeBytes: number,
  place: Place,
): Result<readonly ContentRange[], StoneError> {
  const digests = new Set<string>();
  for (const [at, { start, end, digest }] of ranges.entries()) {
    const where = inside(place, at * INDEX_RECORD_SIZE_BYTES);
    if (start > end || end > contentSizeBytes) {
      const sizes = {
        expected: `0 ≤ start ≤ end ≤ ${contentSizeBytes}`,
        found: `${start} to ${end}`,
      };
      return refuse('stone.index-range', where, sizes);
    }
    if (digests.has(digest)) return refuse('stone.index-duplicate', where, { found: digest });
    digests.add(digest);
  }
  const ordered = [...ranges].sort((a, b) => a.start - b.start || a.end - b.end);
  let covered = 0;
  for (const { start, end } of ordered) {
    if (start < covered)
      return refuse('stone.index-overlap', place, { expected: covered, found: start });
    if (start > covered)
      return refuse('stone.index-gap', place, { expected: covered, found: start });
    covered = end;
  }
  if (covered < contentSizeBytes) {
    return refuse('stone.index-gap', place, { expected: contentSizeBytes, found: covered });
  }
  return ok(ordered);
}
