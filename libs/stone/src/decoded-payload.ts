import { ok, type Result } from '@cairn/std';
import { decodeAttributes, type AttributeRecord } from './attributes.js';
import type { Codec } from './codec.js';
import { decodeContentRanges, type ContentRange } from './content-ranges.js';
import { decodeLayoutRecords } from './decode-layout.js';
import { decodeMetaRecords } from './decode-meta.js';
import type { LayoutRecord } from './layout-record.js';
import type { MetaRecord } from './meta-record.js';
import { unpackPayload } from './payload-bytes.js';
import { placeOf, type PayloadSlot } from './payload-scan.js';
import type { ReadMode } from './record-place.js';
import type { StoneError } from './stone-error.js';

/** The records of one payload; Content and unknown payloads have none. */
export type DecodedRecords =
  | { readonly kind: 'meta'; readonly records: readonly MetaRecord[] }
  | { readonly kind: 'layout'; readonly records: readonly LayoutRecord[] }
  | { readonly kind: 'index'; readonly records: readonly ContentRange[] }
  | { readonly kind: 'attributes'; readonly records: readonly AttributeRecord[] }
  | { readonly kind: 'content' }
  | { readonly kind: 'skipped' };

/** One payload of a file: where it stands and what it holds. */
export interface DecodedPayload {
  readonly slot: PayloadSlot;
  readonly body: DecodedRecords;
}

/** Decompresses and decodes a payload of records whose header and checksum were found good. */
export function decodeRecords(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
  mode: ReadMode,
): Result<DecodedRecords, StoneError> {
  const plain = unpackPayload(slot, stored, codec);
  if (!plain.ok) return plain;
  const context = { recordCount: slot.recordCount, mode, place: placeOf(slot) };
  switch (slot.kind) {
    case 'meta':
      return withKind('meta', decodeMetaRecords(plain.value, context));
    case 'layout':
      return withKind('layout', decodeLayoutRecords(plain.value, context));
    case 'index':
      return withKind('index', decodeContentRanges(plain.value, context));
    case 'attributes':
      return withKind('attributes', decodeAttributes(plain.value, context));
    case 'content':
      return ok({ kind: 'content' });
    case 'unknown':
      return ok({ kind: 'skipped' });
  }
}

function withKind<K extends string, R>(
  kind: K,
  records: Result<R, StoneError>,
): Result<{ readonly kind: K; readonly records: R }, StoneError> {
  return records.ok ? ok({ kind, records: records.value }) : records;
}
