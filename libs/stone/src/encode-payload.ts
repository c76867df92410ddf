import type { Codec, CompressedKind } from './codec.js';
import {
  encodePayloadHeader,
  PAYLOAD_HEADER_SIZE_BYTES,
  type PayloadKind,
} from './payload-header.js';

/** Plain bytes to be stored as one payload. */
export interface PlainPayload {
  readonly kind: Exclude<PayloadKind, 'unknown'>;
  readonly recordCount: number;
  readonly plain: Uint8Array;
}

/** A payload as it stands in a file: its header of 32 bytes and its stored bytes. */
export function encodePayload(payload: PlainPayload, codec: Codec): Uint8Array {
  const compressedKind: CompressedKind = payload.kind === 'content' ? 'content' : 'records';
  const stored = codec.compress(payload.plain, compressedKind);
  const header = encodePayloadHeader({
    kind: payload.kind,
    storedSizeBytes: stored.byteLength,
    plainSizeBytes: payload.plain.byteLength,
    checksum: codec.xxh3_64(stored),
    recordCount: payload.recordCount,
  });
  const bytes = new Uint8Array(PAYLOAD_HEADER_SIZE_BYTES + stored.byteLength);
  bytes.set(header);
  bytes.set(stored, PAYLOAD_HEADER_SIZE_BYTES);
  return bytes;
}

/** Byte arrays one behind the other. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.byteLength;
  }
  return bytes;
}
