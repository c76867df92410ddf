import { zstdCompressSync } from 'node:zlib';
import type { Codec } from '@cairn/stone';

/** A payload of any bytes with any header, right or wrong; sizes and checksum are computed unless given. */
export interface ForgedPayload {
  readonly kind: number;
  readonly plain: Uint8Array;
  readonly recordCount: number;
  /** 1 none, 2 zstd. */
  readonly compression?: number;
  readonly stored?: Uint8Array;
  readonly storedSize?: bigint;
  readonly plainSize?: bigint;
  readonly checksum?: bigint;
  readonly version?: number;
}

/** A file of any bytes, right or wrong. */
export interface ForgedFile {
  readonly fileType?: number;
  readonly payloadCount?: number;
  readonly payloads: readonly ForgedPayload[];
  readonly tail?: Uint8Array;
}

const INTEGRITY = Buffer.from('000001000002000003000004000005000006000007', 'hex');

/** The bytes of a forged file. */
export function forge(file: ForgedFile, codec: Codec): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32BE(0x006d6f73);
  header.writeUInt16BE(file.payloadCount ?? file.payloads.length, 4);
  INTEGRITY.copy(header, 6);
  header.writeUInt8(file.fileType ?? 1, 27);
  header.writeUInt32BE(1, 28);
  const payloads = file.payloads.map((payload) => forgePayload(payload, codec));
  return Buffer.concat([header, ...payloads, file.tail ?? Buffer.alloc(0)]);
}

function forgePayload(payload: ForgedPayload, codec: Codec): Buffer {
  const compression = payload.compression ?? 1;
  const stored =
    payload.stored ?? (compression === 2 ? zstdCompressSync(payload.plain) : payload.plain);
  const header = Buffer.alloc(32);
  header.writeBigUInt64BE(payload.storedSize ?? BigInt(stored.byteLength));
  header.writeBigUInt64BE(payload.plainSize ?? BigInt(payload.plain.byteLength), 8);
  header.writeBigUInt64BE(payload.checksum ?? codec.xxh3_64(stored), 16);
  header.writeUInt32BE(payload.recordCount, 24);
  header.writeUInt16BE(payload.version ?? 1, 28);
  header.writeUInt8(payload.kind, 30);
  header.writeUInt8(compression, 31);
  return Buffer.concat([header, stored]);
}

/** One Meta record. */
export function metaRecord(
  tag: number,
  type: number,
  value: Uint8Array,
  wrong: { readonly length?: number; readonly padding?: number } = {},
): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(wrong.length ?? value.byteLength);
  header.writeUInt16BE(tag, 4);
  header.writeUInt8(type, 6);
  header.writeUInt8(wrong.padding ?? 0, 7);
  return Buffer.concat([header, value]);
}

/** A string record with its NUL. */
export function textRecord(tag: number, text: string): Buffer {
  return metaRecord(tag, 9, Buffer.from(`${text}\0`));
}

/** A uint64 record. */
export function integerRecord(tag: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return metaRecord(tag, 8, bytes);
}

/** The nine records that every package must have. */
export function requiredRecords(name = 'nano'): Buffer[] {
  return [
    textRecord(1, name),
    textRecord(3, '8.3'),
    integerRecord(11, 33n),
    integerRecord(13, 1n),
    textRecord(2, 'x86_64'),
    textRecord(4, 'an editor'),
    textRecord(5, ''),
    textRecord(7, 'nano'),
    textRecord(6, 'https://example.org/'),
  ];
}

/** A Meta payload of these records. */
export function metaPayload(
  records: readonly Buffer[],
  wrong: Partial<ForgedPayload> = {},
): ForgedPayload {
  return { kind: 1, plain: Buffer.concat(records), recordCount: records.length, ...wrong };
}

/** A Layout record; wrong where told. */
export function layoutRecord(record: {
  readonly type: number;
  readonly target: string | Uint8Array;
  readonly source?: Uint8Array;
  readonly mode?: number;
  readonly tag?: number;
  readonly padding?: number;
  readonly targetLength?: number;
}): Buffer {
  const source = record.source ?? Buffer.alloc(0);
  const target = typeof record.target === 'string' ? Buffer.from(record.target) : record.target;
  const header = Buffer.alloc(32);
  header.writeUInt32BE(
    record.mode ?? [0, 0o100644, 0o120777, 0o040755, 0o020644][record.type] ?? 0,
    8,
  );
  header.writeUInt32BE(record.tag ?? 0, 12);
  header.writeUInt16BE(source.byteLength, 16);
  header.writeUInt16BE(record.targetLength ?? target.byteLength, 18);
  header.writeUInt8(record.type, 20);
  header.writeUInt8(record.padding ?? 0, 31);
  return Buffer.concat([header, source, target]);
}

/** An Index record. */
export function indexRecord(start: bigint, end: bigint, digest: Uint8Array): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64BE(start);
  bytes.writeBigUInt64BE(end, 8);
  return Buffer.concat([bytes, digest]);
}

/** A whole package around these records: Layout, Index and Content are left out when they are undefined. */
export function packageWith(
  parts: {
    readonly meta?: readonly Buffer[];
    readonly layout?: readonly Buffer[];
    readonly index?: readonly Buffer[];
    readonly content?: Uint8Array;
  },
  codec: Codec,
): Buffer {
  const { meta = requiredRecords(), layout, index, content } = parts;
  const payloads = [
    metaPayload(meta),
    ...(layout ? [{ kind: 3, plain: Buffer.concat(layout), recordCount: layout.length }] : []),
    ...(index ? [{ kind: 4, plain: Buffer.concat(index), recordCount: index.length }] : []),
    ...(content ? [{ kind: 2, plain: content, recordCount: 0 }] : []),
  ];
  return forge({ payloads }, codec);
}
