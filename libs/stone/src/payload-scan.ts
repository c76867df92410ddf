import { MIB, ok, type Result } from '@cairn/std';
import { HEADER_SIZE_BYTES, type StoneHeader } from './header.js';
import { META_PLAIN_SIZE_BYTES_MAX, RECORDS_MAX, RECORDS_PLAIN_SIZE_BYTES_MAX } from './limits.js';
import {
  decodePayloadHeader,
  PAYLOAD_HEADER_SIZE_BYTES,
  PAYLOAD_VERSION,
  type PayloadHeader,
  type PayloadKind,
} from './payload-header.js';
import type { ReadMode } from './record-place.js';
import { refuse, type Place, type StoneError } from './stone-error.js';

/** What a frame may add to plain bytes that do not compress. */
const STORED_OVERHEAD_SIZE_BYTES_MAX = MIB;

const MINIMUM_RECORD_SIZES_BYTES: Readonly<Record<PayloadKind, number>> = {
  meta: 8,
  layout: 32,
  index: 32,
  attributes: 16,
  content: 0,
  unknown: 0,
};

/** A payload header and where it stands in the file. */
export interface PayloadSlot extends PayloadHeader {
  /** Position among the file’s payloads, from 0. */
  readonly payload: number;
  readonly headerOffset: number;
  readonly bodyOffset: number;
}

/** Refuses a count of payloads whose headers alone cannot fit the file. */
export function checkPayloadCount(
  header: StoneHeader,
  fileSizeBytes: number,
): Result<void, StoneError> {
  const left = fileSizeBytes - HEADER_SIZE_BYTES;
  const fits = Math.floor(left / PAYLOAD_HEADER_SIZE_BYTES);
  if (header.payloadCount <= fits) return ok(undefined);
  const offset = HEADER_SIZE_BYTES + fits * PAYLOAD_HEADER_SIZE_BYTES;
  const counts = { expected: `${header.payloadCount} payloads`, found: `room for ${fits}` };
  return refuse('stone.payload-header-truncated', { offset }, counts);
}

/** Reads one payload header of 32 bytes that stands at `headerOffset`, and checks its sizes against the file’s. */
export function readPayloadSlot(
  headerBytes: DataView,
  at: { readonly viewOffset: number; readonly payload: number; readonly headerOffset: number },
  fileSizeBytes: number,
): Result<PayloadSlot, StoneError> {
  const { payload, headerOffset } = at;
  const header = decodePayloadHeader(headerBytes, at.viewOffset);
  const bodyOffset = headerOffset + PAYLOAD_HEADER_SIZE_BYTES;
  const left = fileSizeBytes - bodyOffset;
  if (header.storedSizeBytes > left) {
    const sizes = { expected: `≤ ${left}`, found: header.storedSizeBytes };
    return refuse('stone.stored-size', { offset: headerOffset, payload }, sizes);
  }
  return ok({ ...header, payload, headerOffset, bodyOffset });
}

/** Position behind a payload. */
export function payloadEnd(slot: PayloadSlot): number {
  return slot.bodyOffset + slot.storedSizeBytes;
}

/** Lists the payloads of a whole file; the last must end where the file ends. */
export function scanPayloads(
  bytes: Uint8Array,
  header: StoneHeader,
): Result<readonly PayloadSlot[], StoneError> {
  const counted = checkPayloadCount(header, bytes.byteLength);
  if (!counted.ok) return counted;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slots: PayloadSlot[] = [];
  let offset = HEADER_SIZE_BYTES;
  for (let payload = 0; payload < header.payloadCount; payload++) {
    if (offset + PAYLOAD_HEADER_SIZE_BYTES > bytes.byteLength) {
      return refuse('stone.payload-header-truncated', { offset, payload });
    }
    const slot = readPayloadSlot(
      view,
      { viewOffset: offset, payload, headerOffset: offset },
      bytes.byteLength,
    );
    if (!slot.ok) return slot;
    slots.push(slot.value);
    offset = payloadEnd(slot.value);
  }
  const trailing = checkEnd(offset, bytes.byteLength);
  return trailing.ok ? ok(slots) : trailing;
}

/** Refuses bytes behind the last payload. */
export function checkEnd(endOffset: number, fileSizeBytes: number): Result<void, StoneError> {
  if (endOffset === fileSizeBytes) return ok(undefined);
  return refuse(
    'stone.trailing',
    { offset: endOffset },
    { found: `${fileSizeBytes - endOffset} bytes` },
  );
}

/** Whether a payload is of a kind and compression that this library reads. */
export function isReadable(slot: PayloadSlot): boolean {
  return slot.kind !== 'unknown' && slot.compression !== 'unknown';
}

/** Checks what a payload header says of itself: version, kind, compression, sizes and record count. */
export function checkPayloadHeader(slot: PayloadSlot, mode: ReadMode): Result<void, StoneError> {
  const place = placeOf(slot);
  if (mode === 'strict') {
    if (slot.version !== PAYLOAD_VERSION) {
      return refuse('stone.payload-version', place, {
        expected: PAYLOAD_VERSION,
        found: slot.version,
      });
    }
    if (slot.kind === 'unknown') return refuse('stone.payload-kind', place, { found: slot.kindId });
    if (slot.compression === 'unknown') {
      return refuse('stone.compression', place, { found: slot.compressionId });
    }
  }
  return isReadable(slot) ? checkSizes(slot, mode, place) : ok(undefined);
}

/** Refuses a payload of records whose stored bytes alone are beyond what its plain bytes may be. */
export function checkStoredLimit(slot: PayloadSlot): Result<void, StoneError> {
  const limit = plainSizeLimit(slot.kind) + STORED_OVERHEAD_SIZE_BYTES_MAX;
  if (slot.storedSizeBytes <= limit) return ok(undefined);
  const sizes = { expected: `≤ ${limit}`, found: slot.storedSizeBytes };
  return refuse('stone.stored-size', placeOf(slot), sizes);
}

/** The place of a payload’s header. */
export function placeOf(slot: PayloadSlot): Place {
  return { offset: slot.headerOffset, payload: slot.payload };
}

function checkSizes(slot: PayloadSlot, mode: ReadMode, place: Place): Result<void, StoneError> {
  const { plainSizeBytes, storedSizeBytes, recordCount } = slot;
  if (slot.compression === 'none' && plainSizeBytes !== storedSizeBytes) {
    const sizes = { expected: storedSizeBytes, found: plainSizeBytes };
    return refuse('stone.plain-size', place, sizes);
  }
  const limit = plainSizeLimit(slot.kind);
  if (plainSizeBytes > limit) {
    return refuse('stone.plain-size', place, { expected: `≤ ${limit}`, found: plainSizeBytes });
  }
  if (slot.kind === 'content') return ok(undefined);
  const isHarmless = mode === 'tolerant' && plainSizeBytes === 0;
  if (recordCount === 0 && isHarmless) return ok(undefined);
  if (recordCount === 0) return refuse('stone.payload-empty', place, { expected: '≥ 1', found: 0 });
  const most = Math.floor(plainSizeBytes / MINIMUM_RECORD_SIZES_BYTES[slot.kind]);
  if (recordCount > Math.min(most, RECORDS_MAX)) {
    const counts = { expected: `≤ ${Math.min(most, RECORDS_MAX)}`, found: recordCount };
    return refuse('stone.record-count', place, counts);
  }
  return ok(undefined);
}

function plainSizeLimit(kind: PayloadKind): number {
  if (kind === 'content') return Number.MAX_SAFE_INTEGER;
  return kind === 'meta' ? META_PLAIN_SIZE_BYTES_MAX : RECORDS_PLAIN_SIZE_BYTES_MAX;
}
