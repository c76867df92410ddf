import {
  checkContents,
  checkEnd,
  checkFileType,
  checkPayloadCount,
  checkPayloadHeader,
  checkStoredLimit,
  CONTENT_PLAIN_SIZE_BYTES_MAX,
  decodeHeader,
  decodePayload,
  HEADER_SIZE_BYTES,
  PAYLOAD_HEADER_SIZE_BYTES,
  payloadEnd,
  placeOf,
  readPayloadSlot,
  RecordBudget,
  stoneError,
  type Codec,
  type DecodedPayload,
  type PayloadSlot,
  type ReadMode,
  type StoneContents,
  type StoneHeader,
} from '@cairn/stone';
import { checkStoredBytes } from './content-reader.js';
import type { StoneFile } from './stone-file.js';
import { orRefuse, StoneRefusal } from './stone-refusal.js';

/** A file whose records were read and checked against each other; its Content was not looked at. */
export interface CheckedStone extends StoneContents {
  readonly header: StoneHeader;
  readonly payloads: readonly DecodedPayload[];
}

/** The header of a file, its payloads by their headers, and where the last of them ends. */
export interface PayloadList {
  readonly header: StoneHeader;
  readonly slots: readonly PayloadSlot[];
  readonly endOffset: number;
}

/** Reads the header of a file and lists its payloads by their headers. */
export async function listPayloads(file: StoneFile, mode: ReadMode): Promise<PayloadList> {
  const header = orRefuse(decodeHeader(await file.readHeader()));
  orRefuse(checkFileType(header, mode));
  orRefuse(checkPayloadCount(header, file.sizeBytes));
  const slots: PayloadSlot[] = [];
  let offset = HEADER_SIZE_BYTES;
  for (let payload = 0; payload < header.payloadCount; payload++) {
    const bytes = await file.read(offset, PAYLOAD_HEADER_SIZE_BYTES);
    if (bytes.byteLength < PAYLOAD_HEADER_SIZE_BYTES) {
      throw new StoneRefusal(stoneError('stone.payload-header-truncated', { offset, payload }));
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const slot = orRefuse(
      readPayloadSlot(view, { viewOffset: 0, payload, headerOffset: offset }, file.sizeBytes),
    );
    slots.push(slot);
    offset = payloadEnd(slot);
  }
  return { header, slots, endOffset: offset };
}

/** Reads every payload of records into memory and checks them together. */
export async function checkRecords(
  file: StoneFile,
  codec: Codec,
  mode: ReadMode,
): Promise<CheckedStone> {
  const { header, slots, endOffset } = await listPayloads(file, mode);
  orRefuse(checkEnd(endOffset, file.sizeBytes));
  const budget = new RecordBudget(file.sizeBytes);
  const payloads: DecodedPayload[] = [];
  for (const slot of slots) {
    orRefuse(budget.take(slot, mode));
    payloads.push(await readPayload(file, slot, codec, mode));
  }
  return { header, payloads, ...orRefuse(checkContents(header, payloads, mode)) };
}

/** Refuses a Content that is larger than it may be when unpacked. */
export function checkContentSize(
  contentSlot: PayloadSlot | undefined,
  contentSizeBytesMax = CONTENT_PLAIN_SIZE_BYTES_MAX,
): void {
  if (contentSlot === undefined || contentSlot.plainSizeBytes <= contentSizeBytesMax) return;
  const sizes = { expected: `≤ ${contentSizeBytesMax}`, found: contentSlot.plainSizeBytes };
  throw new StoneRefusal(stoneError('stone.plain-size', placeOf(contentSlot), sizes));
}

async function readPayload(
  file: StoneFile,
  slot: PayloadSlot,
  codec: Codec,
  mode: ReadMode,
): Promise<DecodedPayload> {
  if (slot.kind === 'content') {
    orRefuse(checkPayloadHeader(slot, mode));
    if (slot.compression === 'unknown') await checkStoredBytes(file, slot);
    return { slot, body: { kind: slot.compression === 'unknown' ? 'skipped' : 'content' } };
  }
  if (slot.kind === 'unknown' || slot.compression === 'unknown') {
    await checkStoredBytes(file, slot);
    orRefuse(checkPayloadHeader(slot, mode));
    return { slot, body: { kind: 'skipped' } };
  }
  orRefuse(checkStoredLimit(slot));
  const stored = await file.read(slot.bodyOffset, slot.storedSizeBytes);
  return orRefuse(decodePayload(slot, stored, codec, mode));
}
