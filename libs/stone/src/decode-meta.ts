import { err, invariant, ok, type Result } from '@cairn/std';
import { viewOf } from './integers.js';
import { META_TYPE, type MetaRecord } from './meta-record.js';
import { inside, type RecordContext } from './record-place.js';
import { refuse, stoneError, type StoneError, type StoneErrorCode } from './stone-error.js';
import { TextReader } from './text-reader.js';

export const META_RECORD_SIZE_BYTES = 8;
const TAG_OFFSET = 4;
const TYPE_OFFSET = 6;
const PADDING_OFFSET = 7;
const INTEGER_SIZES_BYTES = [0, 1, 1, 2, 2, 4, 4, 8, 8] as const;

/** Reads the records of a decompressed Meta payload; they must fill it exactly. */
export function decodeMetaRecords(
  bytes: Uint8Array,
  context: RecordContext,
): Result<readonly MetaRecord[], StoneError> {
  const reader = new MetaReader(bytes, context);
  const records: MetaRecord[] = [];
  for (let count = 0; count < context.recordCount; count++) {
    const record = reader.next();
    if (record === undefined) return err(reader.fault);
    records.push(record);
  }
  const offset = reader.plainOffset;
  if (offset !== bytes.byteLength) {
    const place = inside(context.place, offset);
    return refuse('stone.record-trailing', place, { expected: offset, found: bytes.byteLength });
  }
  return ok(records);
}

/** Reads record after record; `fault` is set when there is no next one. On the hot path of reading an index. */
class MetaReader {
  plainOffset = 0;
  private found: StoneError | undefined;
  private readonly bytes: Uint8Array;
  private readonly context: RecordContext;
  private readonly view: DataView;
  private readonly texts: TextReader;

  constructor(bytes: Uint8Array, context: RecordContext) {
    this.bytes = bytes;
    this.context = context;
    this.view = viewOf(bytes);
    this.texts = new TextReader(bytes);
  }

  /** Why there is no next record. */
  get fault(): StoneError {
    invariant(this.found !== undefined, 'a record was refused');
    return this.found;
  }

  next(): MetaRecord | undefined {
    const { view, plainOffset } = this;
    const start = plainOffset + META_RECORD_SIZE_BYTES;
    const left = this.bytes.byteLength - start;
    if (left < 0) {
      this.refuse('stone.record-overrun', plainOffset);
      return;
    }
    const lengthBytes = view.getUint32(plainOffset);
    if (lengthBytes > left) {
      const lengths = { expected: `≤ ${left}`, found: lengthBytes };
      this.refuse('stone.record-overrun', plainOffset, lengths);
      return;
    }
    const isStrict = this.context.mode === 'strict';
    if (isStrict && this.bytes[plainOffset + PADDING_OFFSET] !== 0) {
      this.refuse('stone.padding', plainOffset + PADDING_OFFSET);
      return;
    }
    const typeId = view.getUint8(plainOffset + TYPE_OFFSET);
    this.plainOffset = start + lengthBytes;
    if (typeId === META_TYPE.string) return this.readText(start, lengthBytes);
    if (typeId === META_TYPE.dependency || typeId === META_TYPE.provider) {
      return this.readCapability(start, lengthBytes);
    }
    if (typeId > 0 && typeId <= META_TYPE.uint64) return this.readInteger(start, lengthBytes);
    if (!isStrict) return this.readRaw(start, lengthBytes);
    const types = { expected: '1 to 11', found: typeId };
    this.refuse('stone.meta-type', plainOffset + TYPE_OFFSET, types);
  }

  private readText(start: number, lengthBytes: number): MetaRecord | undefined {
    const read = this.texts.read(start, start + lengthBytes);
    if (!read.ok) {
      this.refuse(read.code, start);
      return;
    }
    return {
      form: 'text',
      tagId: this.tagAt(start),
      typeId: META_TYPE.string,
      lengthBytes,
      plainOffset: start - META_RECORD_SIZE_BYTES,
      text: read.text,
      nulCount: read.nulCount,
    };
  }

  private readCapability(start: number, lengthBytes: number): MetaRecord | undefined {
    const plainOffset = start - META_RECORD_SIZE_BYTES;
    if (lengthBytes === 0) {
      this.refuse('stone.meta-dep-length', plainOffset, { expected: '≥ 2', found: 0 });
      return;
    }
    const read = this.texts.read(start + 1, start + lengthBytes);
    if (!read.ok) {
      this.refuse(read.code, start + 1);
      return;
    }
    if (read.text === '') {
      this.refuse('stone.meta-dep-empty', plainOffset);
      return;
    }
    return {
      form: 'capability',
      tagId: this.tagAt(start),
      typeId: this.typeAt(start),
      lengthBytes,
      plainOffset,
      kindId: this.view.getUint8(start),
      name: read.text,
      nulCount: read.nulCount,
    };
  }

  private readInteger(start: number, lengthBytes: number): MetaRecord | undefined {
    const typeId = this.typeAt(start);
    const plainOffset = start - META_RECORD_SIZE_BYTES;
    const expected = INTEGER_SIZES_BYTES[typeId] ?? 0;
    if (lengthBytes !== expected) {
      this.refuse('stone.meta-int-length', plainOffset, { expected, found: lengthBytes });
      return;
    }
    const integer = readInteger(this.view, start, { typeId, lengthBytes });
    return { form: 'integer', tagId: this.tagAt(start), typeId, lengthBytes, plainOffset, integer };
  }

  private readRaw(start: number, lengthBytes: number): MetaRecord {
    return {
      form: 'raw',
      tagId: this.tagAt(start),
      typeId: this.typeAt(start),
      lengthBytes,
      plainOffset: start - META_RECORD_SIZE_BYTES,
      bytes: this.bytes.slice(start, start + lengthBytes),
    };
  }

  private tagAt(start: number): number {
    return this.view.getUint16(start - META_RECORD_SIZE_BYTES + TAG_OFFSET);
  }

  private typeAt(start: number): number {
    return this.view.getUint8(start - META_RECORD_SIZE_BYTES + TYPE_OFFSET);
  }

  private refuse(
    code: StoneErrorCode,
    plainOffset: number,
    contrast: { readonly expected?: string | number; readonly found?: string | number } = {},
  ): undefined {
    this.found = stoneError(code, inside(this.context.place, plainOffset), contrast);
  }
}

function readInteger(
  view: DataView,
  start: number,
  { typeId, lengthBytes }: { readonly typeId: number; readonly lengthBytes: number },
): bigint {
  const isSigned = typeId % 2 === 1;
  switch (lengthBytes) {
    case 1:
      return BigInt(isSigned ? view.getInt8(start) : view.getUint8(start));
    case 2:
      return BigInt(isSigned ? view.getInt16(start) : view.getUint16(start));
    case 4:
      return BigInt(isSigned ? view.getInt32(start) : view.getUint32(start));
    default:
      return isSigned ? view.getBigInt64(start) : view.getBigUint64(start);
  }
}
