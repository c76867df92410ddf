import type { Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { decodeMetaRecords } from './decode-meta.js';
import { decodeHeader, HEADER_SIZE_BYTES, wrongFileType } from './header.js';
import { packageFromRecords } from './package-from-records.js';
import type { MetaPurpose } from './package-records.js';
import { checkChecksum, unpackPayload } from './payload-bytes.js';
import { PAYLOAD_HEADER_SIZE_BYTES } from './payload-header.js';
import {
  checkPayloadHeader,
  checkStoredLimit,
  placeOf,
  readPayloadSlot,
  type PayloadSlot,
} from './payload-scan.js';
import { RecordBudget } from './record-budget.js';
import type { ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

/** How to read one Meta payload. */
export interface MetaOptions {
  readonly mode: ReadMode;
  readonly purpose: MetaPurpose;
}

/** Reads the package that one Meta payload describes; `stored` are its stored bytes. */
export function readMetaPayload(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
  { mode, purpose }: MetaOptions,
): Result<StonePackage, StoneError> {
  const checked = checkChecksum(slot, stored, codec);
  if (!checked.ok) return checked;
  const header = checkPayloadHeader(slot, mode);
  if (!header.ok) return header;
  const plain = unpackPayload(slot, stored, codec);
  if (!plain.ok) return plain;
  const place = placeOf(slot);
  const records = decodeMetaRecords(plain.value, { recordCount: slot.recordCount, mode, place });
  if (!records.ok) return records;
  return packageFromRecords(records.value, { mode, place, purpose });
}

/**
 * Reads a package’s description from the beginning of its file: header and first payload, which must be Meta. `bytes`
 * must reach to the end of that payload (`metaEnd` tells how far); `fileSizeBytes` is the size of the whole file.
 */
export function readPackageMeta(
  bytes: Uint8Array,
  codec: Codec,
  options: { readonly fileSizeBytes?: number; readonly mode?: ReadMode } = {},
): Result<StonePackage, StoneError> {
  const fileSizeBytes = options.fileSizeBytes ?? bytes.byteLength;
  const slot = readMetaSlot(bytes, fileSizeBytes);
  if (!slot.ok) return slot;
  const { bodyOffset, storedSizeBytes } = slot.value;
  if (bodyOffset + storedSizeBytes > bytes.byteLength) {
    const sizes = { expected: storedSizeBytes, found: bytes.byteLength - bodyOffset };
    return refuse('stone.stored-size', placeOf(slot.value), sizes);
  }
  const mode = options.mode ?? 'strict';
  const taken = new RecordBudget(fileSizeBytes).take(slot.value, mode);
  if (!taken.ok) return taken;
  const stored = bytes.subarray(bodyOffset, bodyOffset + storedSizeBytes);
  return readMetaPayload(slot.value, stored, codec, { mode, purpose: 'package' });
}

/** Reads the first 64 bytes of a package: where its Meta payload, which must be the first, stands. */
export function readMetaSlot(
  bytes: Uint8Array,
  fileSizeBytes: number,
): Result<PayloadSlot, StoneError> {
  const header = decodeHeader(bytes);
  if (!header.ok) return header;
  if (header.value.fileType !== 'binary') return wrongFileType(header.value, 'binary (1)');
  if (header.value.payloadCount === 0)
    return refuse('stone.meta-absent', { offset: HEADER_SIZE_BYTES });
  if (bytes.byteLength < HEADER_SIZE_BYTES + PAYLOAD_HEADER_SIZE_BYTES) {
    return refuse('stone.payload-header-truncated', { offset: HEADER_SIZE_BYTES, payload: 0 });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = { viewOffset: HEADER_SIZE_BYTES, payload: 0, headerOffset: HEADER_SIZE_BYTES };
  const slot = readPayloadSlot(view, at, fileSizeBytes);
  if (!slot.ok) return slot;
  if (slot.value.kind === 'meta') {
    const fits = checkStoredLimit(slot.value);
    return fits.ok ? slot : fits;
  }
  return refuse('stone.meta-absent', placeOf(slot.value), {
    expected: 'meta first',
    found: slot.value.kind,
  });
}
