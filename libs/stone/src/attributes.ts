import { ok, type Result } from '@cairn/std';
import { readU64, viewOf } from './integers.js';
import { inside, type RecordContext } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';

const ATTRIBUTE_RECORD_SIZE_BYTES = 16;

/** One key and value of an Attributes payload; no writer makes them. */
export interface AttributeRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Reads the records of a decompressed Attributes payload; they must fill it exactly. */
export function decodeAttributes(
  bytes: Uint8Array,
  context: RecordContext,
): Result<readonly AttributeRecord[], StoneError> {
  const view = viewOf(bytes);
  const records: AttributeRecord[] = [];
  let offset = 0;
  for (let count = 0; count < context.recordCount; count++) {
    const place = inside(context.place, offset);
    const left = bytes.byteLength - offset - ATTRIBUTE_RECORD_SIZE_BYTES;
    if (left < 0) return refuse('stone.record-overrun', place);
    const keySizeBytes = readU64(view, offset);
    const valueSizeBytes = readU64(view, offset + 8);
    if (keySizeBytes + valueSizeBytes > left) {
      const sizes = { expected: `≤ ${left}`, found: keySizeBytes + valueSizeBytes };
      return refuse('stone.record-overrun', place, sizes);
    }
    const keyStart = offset + ATTRIBUTE_RECORD_SIZE_BYTES;
    const valueStart = keyStart + keySizeBytes;
    offset = valueStart + valueSizeBytes;
    records.push({
      key: bytes.slice(keyStart, valueStart),
      value: bytes.slice(valueStart, offset),
    });
  }
  if (offset !== bytes.byteLength) {
    const sizes = { expected: offset, found: bytes.byteLength };
    return refuse('stone.record-trailing', inside(context.place, offset), sizes);
  }
  return ok(records);
}
