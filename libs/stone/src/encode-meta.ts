import { ok, type Result } from '@cairn/std';
import { META_RECORD_SIZE_BYTES } from './decode-meta.js';
import { META_TYPE, type MetaRecord } from './meta-record.js';
import { META_PLAIN_SIZE_BYTES_MAX } from './limits.js';
import { refuse, type StoneError } from './stone-error.js';

const NUL_SIZE_BYTES = 1;
const encoder = new TextEncoder();
const NOWHERE = { offset: 0 };

/** What a writer needs to know of a record; decoded records fit, and so does a literal. */
export type MetaValue =
  | { readonly form: 'text'; readonly tagId: number; readonly text: string }
  | { readonly form: 'integer'; readonly tagId: number; readonly integer: bigint }
  | {
      readonly form: 'capability';
      readonly tagId: number;
      readonly typeId: number;
      readonly kindId: number;
      readonly name: string;
    }
  | Extract<MetaRecord, { form: 'raw' }>;

/** The plain bytes of a Meta payload, each text with exactly one NUL and each integer as uint64. */
export function encodeMetaRecords(records: readonly MetaValue[]): Result<Uint8Array, StoneError> {
  const values: {
    readonly record: MetaValue;
    readonly typeId: number;
    readonly value: Uint8Array;
  }[] = [];
  let sizeBytes = 0;
  for (const record of records) {
    const encoded = encodeValue(record);
    if (!encoded.ok) return encoded;
    values.push({ record, ...encoded.value });
    sizeBytes += META_RECORD_SIZE_BYTES + encoded.value.value.byteLength;
    if (sizeBytes > META_PLAIN_SIZE_BYTES_MAX) {
      return refuse('stone.plain-size', NOWHERE, { expected: `≤ ${META_PLAIN_SIZE_BYTES_MAX}` });
    }
  }
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { record, typeId, value } of values) {
    view.setUint32(offset, value.byteLength);
    view.setUint16(offset + 4, record.tagId);
    view.setUint8(offset + 6, typeId);
    bytes.set(value, offset + META_RECORD_SIZE_BYTES);
    offset += META_RECORD_SIZE_BYTES + value.byteLength;
  }
  return ok(bytes);
}

interface EncodedValue {
  readonly typeId: number;
  readonly value: Uint8Array;
}

function encodeValue(record: MetaValue): Result<EncodedValue, StoneError> {
  switch (record.form) {
    case 'text': {
      const value = encodeText(record.text, 0);
      return value.ok ? ok({ typeId: META_TYPE.string, value: value.value }) : value;
    }
    case 'capability': {
      if (record.name === '') return refuse('stone.meta-dep-empty', NOWHERE);
      const value = encodeText(record.name, 1);
      if (!value.ok) return value;
      value.value[0] = record.kindId;
      return ok({ typeId: record.typeId, value: value.value });
    }
    case 'integer':
      return encodeInteger(record.integer);
    case 'raw':
      return ok({ typeId: record.typeId, value: record.bytes });
  }
}

function encodeText(text: string, prefixBytes: number): Result<Uint8Array, StoneError> {
  if (text.includes('\0') || !text.isWellFormed()) {
    return refuse('stone.not-encodable', NOWHERE, { found: JSON.stringify(text) });
  }
  const utf8 = encoder.encode(text);
  const value = new Uint8Array(prefixBytes + utf8.byteLength + NUL_SIZE_BYTES);
  value.set(utf8, prefixBytes);
  return ok(value);
}

function encodeInteger(integer: bigint): Result<EncodedValue, StoneError> {
  if (BigInt.asUintN(64, integer) !== integer) {
    return refuse('stone.meta-number', NOWHERE, { found: integer });
  }
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, integer);
  return ok({ typeId: META_TYPE.uint64, value });
}
