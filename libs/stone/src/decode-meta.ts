import { ok, type Result } from '@cairn/std';
import { viewOf } from './integers.js';
import { META_TYPE, type MetaRecord } from './meta-record.js';
import { inside, type RecordContext } from './record-place.js';
import { refuse, stoneError, type StoneError } from './stone-error.js';
import { TextReader } from './text-reader.js';

export const META_RECORD_SIZE_BYTES = 8;
const TAG_OFFSET = 4;
const TYPE_OFFSET = 6;
const PADDING_OFFSET = 7;
const INTEGER_SIZES_BYTES = [0, 1, 1, 2, 2, 4, 4, 8, 8] as const;

interface RecordFrame {
  readonly tagId: number;
  readonly typeId: number;
  readonly lengthBytes: number;
  readonly plainOffset: number;
}

/** Reads the records of a decompressed Meta payload; they must fill it exactly. */
export function decodeMetaRecords(
  bytes: Uint8Array,
  context: RecordContext,
): Result<readonly MetaRecord[], StoneError> {
  const reader = new MetaReader(bytes, context);
  const records: MetaRecord[] = [];
  let offset = 0;
  for (let count = 0; count < context.recordCount; count++) {
    if (offset + META_RECORD_SIZE_BYTES > bytes.byteLength) {
      return refuse('stone.record-overrun', inside(context.place, offset));
    }
    const record = reader.read(offset);
    if ('code' in record) return { ok: false, error: record };
    records.push(record);
    offset += META_RECORD_SIZE_BYTES + record.lengthBytes;
  }
  if (offset !== bytes.byteLength) {
    const place = inside(context.place, offset);
    return refuse('stone.record-trailing', place, { expected: offset, found: bytes.byteLength });
  }
  return ok(records);
}

class MetaReader {
  private readonly view: DataView;
  private readonly texts: TextReader;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly context: RecordContext,
  ) {
    this.view = viewOf(bytes);
    this.texts = new TextReader(bytes);
  }

  read(plainOffset: number): MetaRecord | StoneError {
    const { view } = this;
    const lengthBytes = view.getUint32(plainOffset);
    const left = this.bytes.byteLength - plainOffset - META_RECORD_SIZE_BYTES;
    if (lengthBytes > left) {
      const lengths = { expected: `≤ ${left}`, found: lengthBytes };
      return stoneError('stone.record-overrun', inside(this.context.place, plainOffset), lengths);
    }
    const isStrict = this.context.mode === 'strict';
    if (isStrict && view.getUint8(plainOffset + PADDING_OFFSET) !== 0) {
      return stoneError('stone.padding', inside(this.context.place, plainOffset + PADDING_OFFSET));
    }
    const tagId = view.getUint16(plainOffset + TAG_OFFSET);
    const typeId = view.getUint8(plainOffset + TYPE_OFFSET);
    const frame = { tagId, typeId, lengthBytes, plainOffset };
    if (typeId === META_TYPE.string) return this.readText(frame);
    if (typeId === META_TYPE.dependency || typeId === META_TYPE.provider) {
      return this.readCapability(frame);
    }
    if (typeId > 0 && typeId <= META_TYPE.uint64) return this.readInteger(frame);
    return isStrict ? this.unknownType(frame) : this.readRaw(frame);
  }

  private readText(frame: RecordFrame): MetaRecord | StoneError {
    const start = frame.plainOffset + META_RECORD_SIZE_BYTES;
    const read = this.texts.read({ start, end: start + frame.lengthBytes });
    if (!read.ok) return stoneError(read.code, inside(this.context.place, start));
    return { form: 'text', ...frame, text: read.text, nulCount: read.nulCount };
  }

  private readCapability(frame: RecordFrame): MetaRecord | StoneError {
    const place = inside(this.context.place, frame.plainOffset);
    if (frame.lengthBytes === 0) {
      return stoneError('stone.meta-dep-length', place, { expected: '≥ 2', found: 0 });
    }
    const start = frame.plainOffset + META_RECORD_SIZE_BYTES;
    const read = this.texts.read({ start: start + 1, end: start + frame.lengthBytes });
    if (!read.ok) return stoneError(read.code, inside(this.context.place, start + 1));
    if (read.text === '') return stoneError('stone.meta-dep-empty', place);
    const kindId = this.view.getUint8(start);
    return { form: 'capability', ...frame, kindId, name: read.text, nulCount: read.nulCount };
  }

  private readInteger(frame: RecordFrame): MetaRecord | StoneError {
    const expected = INTEGER_SIZES_BYTES[frame.typeId];
    if (frame.lengthBytes !== expected) {
      const place = inside(this.context.place, frame.plainOffset);
      const lengths = { expected: expected ?? 0, found: frame.lengthBytes };
      return stoneError('stone.meta-int-length', place, lengths);
    }
    const start = frame.plainOffset + META_RECORD_SIZE_BYTES;
    return { form: 'integer', ...frame, integer: readInteger(this.view, start, frame) };
  }

  private readRaw(frame: RecordFrame): MetaRecord {
    const start = frame.plainOffset + META_RECORD_SIZE_BYTES;
    return { form: 'raw', ...frame, bytes: this.bytes.slice(start, start + frame.lengthBytes) };
  }

  private unknownType(frame: RecordFrame): StoneError {
    const place = inside(this.context.place, frame.plainOffset + TYPE_OFFSET);
    return stoneError('stone.meta-type', place, { expected: '1 to 11', found: frame.typeId });
  }
}

function readInteger(view: DataView, start: number, frame: RecordFrame): bigint {
  const isSigned = frame.typeId % 2 === 1;
  const bits = frame.lengthBytes * 8;
  let value = 0n;
  for (let at = 0; at < frame.lengthBytes; at++)
    value = (value << 8n) | BigInt(view.getUint8(start + at));
  return isSigned ? BigInt.asIntN(bits, value) : value;
}
