import { readU64, writeU64 } from './integers.js';

export const PAYLOAD_HEADER_SIZE_BYTES = 32;
export const PAYLOAD_VERSION = 1;

/** What a payload holds; `unknown` stands for every other number. */
export type PayloadKind = 'meta' | 'content' | 'layout' | 'index' | 'attributes' | 'unknown';
/** How a payload is stored; `unknown` stands for every other number. */
export type Compression = 'none' | 'zstd' | 'unknown';

const KINDS: readonly PayloadKind[] = [
  'unknown',
  'meta',
  'content',
  'layout',
  'index',
  'attributes',
];
const COMPRESSIONS: readonly Compression[] = ['unknown', 'none', 'zstd'];
const KIND_IDS: Readonly<Record<Exclude<PayloadKind, 'unknown'>, number>> = {
  meta: 1,
  content: 2,
  layout: 3,
  index: 4,
  attributes: 5,
};
const ZSTD_ID = 2;

/** The 32 bytes before each payload. Sizes in bytes; beyond 2^53 they are rounded and above every limit. */
export interface PayloadHeader {
  readonly storedSizeBytes: number;
  readonly plainSizeBytes: number;
  readonly checksum: bigint;
  readonly recordCount: number;
  readonly version: number;
  readonly kind: PayloadKind;
  readonly kindId: number;
  readonly compression: Compression;
  readonly compressionId: number;
}

/** Reads the payload header at `offset`; the caller has made sure that 32 bytes are there. */
export function decodePayloadHeader(view: DataView, offset: number): PayloadHeader {
  const kindId = view.getUint8(offset + 30);
  const compressionId = view.getUint8(offset + 31);
  return {
    storedSizeBytes: readU64(view, offset),
    plainSizeBytes: readU64(view, offset + 8),
    checksum: view.getBigUint64(offset + 16),
    recordCount: view.getUint32(offset + 24),
    version: view.getUint16(offset + 28),
    kind: KINDS[kindId] ?? 'unknown',
    kindId,
    compression: COMPRESSIONS[compressionId] ?? 'unknown',
    compressionId,
  };
}

/** Writes the header of a zstd payload. */
export function encodePayloadHeader(header: {
  readonly kind: Exclude<PayloadKind, 'unknown'>;
  readonly storedSizeBytes: number;
  readonly plainSizeBytes: number;
  readonly checksum: bigint;
  readonly recordCount: number;
}): Uint8Array {
  const bytes = new Uint8Array(PAYLOAD_HEADER_SIZE_BYTES);
  const view = new DataView(bytes.buffer);
  writeU64(view, 0, header.storedSizeBytes);
  writeU64(view, 8, header.plainSizeBytes);
  view.setBigUint64(16, header.checksum);
  view.setUint32(24, header.recordCount);
  view.setUint16(28, PAYLOAD_VERSION);
  view.setUint8(30, KIND_IDS[header.kind]);
  view.setUint8(31, ZSTD_ID);
  return bytes;
}
