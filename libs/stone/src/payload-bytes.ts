import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { hex64 } from './hex.js';
import { placeOf, type PayloadSlot } from './payload-scan.js';
import { refuse, type StoneError } from './stone-error.js';
import { checkZstdFrameHeader, decodeZstdFrameHeader } from './zstd-frame.js';
import { ZstdFrameWalker } from './zstd-walker.js';

/** Compares a payload’s stored bytes with the checksum in its header. */
export function checkChecksum(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
): Result<void, StoneError> {
  return compareChecksum(slot, codec.xxh3_64(stored));
}

/** Refuses a payload whose stored bytes hash to something else than its header says. */
export function compareChecksum(slot: PayloadSlot, found: bigint): Result<void, StoneError> {
  if (found === slot.checksum) return ok(undefined);
  const sums = { expected: hex64(slot.checksum), found: hex64(found) };
  return refuse('stone.checksum', placeOf(slot), sums);
}

/** The plain bytes of a payload whose header and checksum were found good; never more than it announces. */
export function unpackPayload(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
): Result<Uint8Array, StoneError> {
  if (slot.compression === 'none') return ok(stored);
  const framed = checkFrame(slot, stored);
  if (!framed.ok) return framed;
  const plain = codec.decompress(stored, { plainSizeBytes: slot.plainSizeBytes });
  if (plain.ok) return plain;
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  if (plain.error.code === 'codec.corrupt') {
    return refuse('stone.zstd-corrupt', place, { found: plain.error.message });
  }
  return refuse('stone.plain-size', placeOf(slot), {
    expected: slot.plainSizeBytes,
    found: plain.error.message,
  });
}

/** Checks that stored bytes are exactly one standard zstd frame of the announced size, without decompressing. */
export function checkFrame(slot: PayloadSlot, stored: Uint8Array): Result<void, StoneError> {
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  const decoded = decodeZstdFrameHeader(stored, place);
  if (!decoded.ok) return decoded;
  const frame = checkZstdFrameHeader(decoded.value, slot.plainSizeBytes, place);
  if (!frame.ok) return frame;
  const walker = new ZstdFrameWalker(frame.value.hasChecksum);
  walker.push(stored, frame.value.headerSizeBytes);
  return frameEnd(slot, walker);
}

/** Refuses a frame that did not end where its payload ends. */
export function frameEnd(slot: PayloadSlot, walker: ZstdFrameWalker): Result<void, StoneError> {
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  switch (walker.state) {
    case 'ended':
      return ok(undefined);
    case 'inside':
      return refuse('stone.zstd-truncated', place);
    case 'overrun':
      return refuse('stone.zstd-trailing', place);
    case 'corrupt':
      return refuse('stone.zstd-corrupt', place, { found: 'a reserved block type' });
  }
}
