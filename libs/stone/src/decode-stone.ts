import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { ContentCutter } from './content-cutter.js';
import { decodeRecords, type DecodedPayload } from './decoded-payload.js';
import { decodeHeader, wrongFileType, type StoneHeader } from './header.js';
import { toHex } from './hex.js';
import { checkChecksum, unpackPayload } from './payload-bytes.js';
import {
  checkPayloadHeader,
  isReadable,
  placeOf,
  scanPayloads,
  type PayloadSlot,
} from './payload-scan.js';
import { RecordBudget } from './record-budget.js';
import type { ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';
import { checkContents, type StoneContents } from './stone-contents.js';

/** A whole file, read and checked. */
export interface DecodedStone extends StoneContents {
  readonly header: StoneHeader;
  readonly payloads: readonly DecodedPayload[];
}

/** How much of a file in memory is checked. */
export interface DecodeOptions {
  readonly mode: ReadMode;
  /** Largest Content that is unpacked in memory, in bytes; a larger one is refused with `stone.plain-size`. */
  readonly contentSizeBytesMax: number;
}

/** Reads and checks a whole file that is in memory: checksums, records, references, and every file’s digest. */
export function decodeStone(
  bytes: Uint8Array,
  codec: Codec,
  options: DecodeOptions,
): Result<DecodedStone, StoneError> {
  const header = decodeHeader(bytes);
  if (!header.ok) return header;
  const typed = checkFileType(header.value, options.mode);
  if (!typed.ok) return typed;
  const slots = scanPayloads(bytes, header.value);
  if (!slots.ok) return slots;
  const budget = new RecordBudget(bytes.byteLength);
  const payloads: DecodedPayload[] = [];
  for (const slot of slots.value) {
    const taken = budget.take(slot, options.mode);
    if (!taken.ok) return taken;
    const decoded = decodePayload(slot, storedBytes(slot, bytes), codec, options.mode);
    if (!decoded.ok) return decoded;
    payloads.push(decoded.value);
  }
  const contents = checkContents(header.value, payloads, options.mode);
  if (!contents.ok) return contents;
  const content = checkContentDigests(bytes, codec, contents.value, options);
  return content.ok ? ok({ header: header.value, payloads, ...contents.value }) : content;
}

/** Refuses, in strict mode, a file type that nobody defined. */
export function checkFileType(header: StoneHeader, mode: ReadMode): Result<void, StoneError> {
  if (mode === 'tolerant' || header.fileType !== 'unknown') return ok(undefined);
  return wrongFileType(header, '1 to 4');
}

/** Checks and decodes one payload; Content is checked as far as possible without unpacking it. */
export function decodePayload(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
  mode: ReadMode,
): Result<DecodedPayload, StoneError> {
  const checked = checkChecksum(slot, stored, codec);
  if (!checked.ok) return checked;
  const header = checkPayloadHeader(slot, mode);
  if (!header.ok) return header;
  if (!isReadable(slot)) return ok({ slot, body: { kind: 'skipped' } });
  if (slot.kind === 'content') return ok({ slot, body: { kind: 'content' } });
  const body = decodeRecords(slot, stored, codec, mode);
  return body.ok ? ok({ slot, body: body.value }) : body;
}

function checkContentDigests(
  bytes: Uint8Array,
  codec: Codec,
  { contentSlot, ranges }: StoneContents,
  { contentSizeBytesMax }: DecodeOptions,
): Result<void, StoneError> {
  if (contentSlot === undefined) return ok(undefined);
  if (contentSlot.plainSizeBytes > contentSizeBytesMax) {
    const sizes = { expected: `≤ ${contentSizeBytesMax}`, found: contentSlot.plainSizeBytes };
    return refuse('stone.plain-size', placeOf(contentSlot), sizes);
  }
  const plain = unpackPayload(contentSlot, storedBytes(contentSlot, bytes), codec);
  if (!plain.ok) return plain;
  const cutter = new ContentCutter(ranges);
  for (const piece of [...cutter.push(plain.value), ...cutter.finish()]) {
    const found = toHex(codec.xxh3_128(piece.bytes));
    if (found !== piece.range.digest) {
      return refuse('stone.index-digest', placeOf(contentSlot), {
        expected: piece.range.digest,
        found,
      });
    }
  }
  return ok(undefined);
}

function storedBytes(slot: PayloadSlot, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(slot.bodyOffset, slot.bodyOffset + slot.storedSizeBytes);
}
