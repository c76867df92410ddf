import { ok, type Result } from '@cairn/std';
import { toHex } from './hex.js';
import { viewOf } from './integers.js';
import {
  LAYOUT_TYPES,
  MODE_TYPE_BITS,
  MODE_TYPE_MASK,
  type LayoutEntry,
  type LayoutRecord,
  type LayoutType,
} from './layout-record.js';
import { inside, type RecordContext } from './record-place.js';
import { refuse, stoneError, type StoneError } from './stone-error.js';
import { TextReader } from './text-reader.js';

export const LAYOUT_RECORD_SIZE_BYTES = 32;
const DIGEST_SIZE_BYTES = 16;
const TYPE_OFFSET = 20;
const PADDING_OFFSET = 21;

/** Reads the records of a decompressed Layout payload; they must fill it exactly. */
export function decodeLayoutRecords(
  bytes: Uint8Array,
  context: RecordContext,
): Result<readonly LayoutRecord[], StoneError> {
  const reader = new LayoutReader(bytes, context);
  const records: LayoutRecord[] = [];
  let offset = 0;
  for (let count = 0; count < context.recordCount; count++) {
    const record = reader.read(offset);
    if ('code' in record) return { ok: false, error: record };
    records.push(record);
    offset += LAYOUT_RECORD_SIZE_BYTES + record.sourceLengthBytes + record.targetLengthBytes;
  }
  if (offset !== bytes.byteLength) {
    const place = inside(context.place, offset);
    return refuse('stone.record-trailing', place, { expected: offset, found: bytes.byteLength });
  }
  return ok(records);
}

interface Source {
  readonly start: number;
  readonly end: number;
}

class LayoutReader {
  private readonly view: DataView;
  private readonly texts: TextReader;

  private readonly bytes: Uint8Array;
  private readonly context: RecordContext;

  constructor(bytes: Uint8Array, context: RecordContext) {
    this.bytes = bytes;
    this.context = context;
    this.view = viewOf(bytes);
    this.texts = new TextReader(bytes);
  }

  read(plainOffset: number): LayoutRecord | StoneError {
    const { view } = this;
    const place = inside(this.context.place, plainOffset);
    const left = this.bytes.byteLength - plainOffset - LAYOUT_RECORD_SIZE_BYTES;
    if (left < 0) return stoneError('stone.record-overrun', place);
    const sourceLengthBytes = view.getUint16(plainOffset + 16);
    const targetLengthBytes = view.getUint16(plainOffset + 18);
    const lengthBytes = sourceLengthBytes + targetLengthBytes;
    if (lengthBytes > left) {
      return stoneError('stone.record-overrun', place, {
        expected: `≤ ${left}`,
        found: lengthBytes,
      });
    }
    const fault = this.strictFault(plainOffset);
    if (fault !== undefined) return fault;
    const start = plainOffset + LAYOUT_RECORD_SIZE_BYTES;
    const source = { start, end: start + sourceLengthBytes };
    const target = this.texts.read(source.end, source.end + targetLengthBytes);
    if (!target.ok) return stoneError(target.code, inside(this.context.place, source.end));
    const made = this.readEntry(plainOffset, source, target.text);
    if ('code' in made) return made;
    return {
      ...made,
      typeId: view.getUint8(plainOffset + TYPE_OFFSET),
      tag: view.getUint32(plainOffset + 12),
      sourceLengthBytes,
      targetLengthBytes,
      targetNulCount: target.nulCount,
      plainOffset,
    };
  }

  private strictFault(plainOffset: number): StoneError | undefined {
    if (this.context.mode === 'tolerant') return undefined;
    const { view } = this;
    for (let at = plainOffset + PADDING_OFFSET; at < plainOffset + LAYOUT_RECORD_SIZE_BYTES; at++) {
      if (view.getUint8(at) !== 0)
        return stoneError('stone.padding', inside(this.context.place, at));
    }
    const tag = view.getUint32(plainOffset + 12);
    if (tag !== 0) {
      const place = inside(this.context.place, plainOffset + 12);
      return stoneError('stone.layout-tag', place, { expected: 0, found: tag });
    }
    return undefined;
  }

  private readEntry(
    plainOffset: number,
    source: Source,
    target: string,
  ): { readonly entry: LayoutEntry; readonly sourceNulCount: number } | StoneError {
    const { view } = this;
    const place = inside(this.context.place, plainOffset);
    const frame = {
      uid: view.getUint32(plainOffset),
      gid: view.getUint32(plainOffset + 4),
      mode: view.getUint32(plainOffset + 8),
      target,
    };
    const typeId = view.getUint8(plainOffset + TYPE_OFFSET);
    const type: LayoutType = LAYOUT_TYPES[typeId] ?? 'unknown';
    const sourceBytes = this.bytes.subarray(source.start, source.end);
    if (type === 'unknown') {
      if (this.context.mode === 'strict')
        return stoneError('stone.layout-type', place, { found: typeId });
      return { entry: { type, ...frame, source: sourceBytes.slice() }, sourceNulCount: 0 };
    }
    if ((frame.mode & MODE_TYPE_MASK) !== MODE_TYPE_BITS[type]) {
      return stoneError('stone.layout-mode', place, {
        expected: type,
        found: `0${frame.mode.toString(8)}`,
      });
    }
    if (type === 'regular') {
      if (sourceBytes.byteLength !== DIGEST_SIZE_BYTES) {
        const lengths = { expected: DIGEST_SIZE_BYTES, found: sourceBytes.byteLength };
        return stoneError('stone.layout-digest-length', place, lengths);
      }
      return { entry: { type, ...frame, digest: toHex(sourceBytes) }, sourceNulCount: 0 };
    }
    if (type === 'symlink') {
      const link = this.texts.read(source.start, source.end);
      if (!link.ok) return stoneError(link.code, inside(this.context.place, source.start));
      if (link.text === '')
        return stoneError('stone.layout-source', place, { expected: 'a link text' });
      return { entry: { type, ...frame, link: link.text }, sourceNulCount: link.nulCount };
    }
    if (sourceBytes.byteLength > 0) {
      return stoneError('stone.layout-source', place, {
        expected: 0,
        found: sourceBytes.byteLength,
      });
    }
    return { entry: { type, ...frame }, sourceNulCount: 0 };
  }
}
