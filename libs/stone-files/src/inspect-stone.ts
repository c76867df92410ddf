import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Result } from '@cairn/std';
import {
  checkPayloadHeader,
  checkStoredLimit,
  decodeRecords,
  decodeZstdFrameHeader,
  describeCross,
  describeRecords,
  hex64,
  isReadable,
  RecordBudget,
  ZSTD_HEADER_SIZE_BYTES_MAX,
  type DecodedPayload,
  type Description,
  type PayloadSlot,
  type StoneError,
} from '@cairn/stone';
import { checkContentSize, listPayloads, type PayloadList } from './checked-stone.js';
import { loadCodec } from './codec.js';
import { hashStoredBytes, readContent } from './content-reader.js';
import type { OnProgress } from './progress.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse } from './stone-refusal.js';

const MAGIC_HEX = '006d6f73';

interface Inspected extends DecodedPayload {
  readonly description: Description;
}

/**
 * Everything a file says, as a plain object for JSON: header, payload headers, every record, facts of the zstd frames
 * and cross checks. Reads tolerantly; what cannot be read at all is refused.
 */
export function inspectStone(
  path: string,
  options: { readonly onProgress?: OnProgress } = {},
): Promise<Result<Description, StoneError>> {
  return asResult('stone.unreadable', () =>
    StoneFile.with(path, async (file) => {
      const identity = { file: basename(path), sha256: await file.sha256() };
      const description = await inspect(file, identity, options.onProgress);
      file.checkUnchanged();
      return description;
    }),
  );
}

async function inspect(
  file: StoneFile,
  identity: { readonly file: string; readonly sha256: string },
  onProgress: OnProgress | undefined,
): Promise<Description> {
  const list = await listPayloads(file, 'tolerant');
  const payloads: Inspected[] = [];
  const budget = new RecordBudget(file.sizeBytes);
  for (const slot of list.slots) {
    orRefuse(budget.take(slot, 'tolerant'));
    payloads.push(await inspectPayload(file, slot, onProgress));
  }
  const isPackage = list.header.fileType === 'binary';
  return {
    file: identity.file,
    size: file.sizeBytes,
    sha256: identity.sha256,
    header: describeHeader(list),
    payloads: payloads.map(({ description }) => description),
    trailing_bytes: file.sizeBytes - list.endOffset,
    ...(isPackage ? { cross: describeCross(payloads) } : {}),
    stats: describeStats(list.slots),
  };
}

function describeHeader({ header }: PayloadList): Description {
  return {
    magic: MAGIC_HEX,
    version: header.version,
    num_payloads: header.payloadCount,
    file_type_id: header.fileTypeId,
    file_type: header.fileType,
  };
}

function describeStats(slots: readonly PayloadSlot[]): Description {
  const content = slots.find(({ kind }) => kind === 'content');
  const recordCount = content?.recordCount ?? 0;
  return recordCount === 0 ? {} : { content_num_records: recordCount };
}

async function inspectPayload(
  file: StoneFile,
  slot: PayloadSlot,
  onProgress: OnProgress | undefined,
): Promise<Inspected> {
  const checksum = await hashStoredBytes(file, slot);
  const frame = {
    index: slot.payload,
    header_offset: slot.headerOffset,
    body_offset: slot.bodyOffset,
    stored_size: slot.storedSizeBytes,
    plain_size: slot.plainSizeBytes,
    checksum: hex64(slot.checksum),
    num_records: slot.recordCount,
    version: slot.version,
    kind_id: slot.kindId,
    kind: slot.kind,
    compression_id: slot.compressionId,
    compression: slot.compression,
    checksum_ok: checksum === slot.checksum,
    ...(slot.compression === 'zstd' ? { zstd: await describeFrame(file, slot) } : {}),
  };
  if (!isReadable(slot)) return { slot, body: { kind: 'skipped' }, description: frame };
  if (slot.kind === 'content') {
    const content = await describeContent(file, slot, onProgress);
    return { slot, body: { kind: 'content' }, description: { ...frame, ...content } };
  }
  orRefuse(checkPayloadHeader(slot, 'tolerant'));
  orRefuse(checkStoredLimit(slot));
  const stored = await file.read(slot.bodyOffset, slot.storedSizeBytes);
  const body = orRefuse(decodeRecords(slot, stored, await loadCodec(), 'tolerant'));
  return { slot, body, description: { ...frame, records: describeRecords(body) } };
}

async function describeFrame(file: StoneFile, slot: PayloadSlot): Promise<Description> {
  const sizeBytes = Math.min(slot.storedSizeBytes, ZSTD_HEADER_SIZE_BYTES_MAX);
  const bytes = await file.read(slot.bodyOffset, sizeBytes);
  const place = { offset: slot.bodyOffset, payload: slot.payload };
  const frame = orRefuse(decodeZstdFrameHeader(bytes, place));
  return {
    content_size: frame.contentSizeBytes,
    window_size: frame.windowSizeBytes,
    dict_id: frame.dictionaryId,
    has_checksum: frame.hasChecksum,
    single_segment: frame.isSingleSegment,
  };
}

async function describeContent(
  file: StoneFile,
  slot: PayloadSlot,
  onProgress: OnProgress | undefined,
): Promise<Description> {
  orRefuse(checkPayloadHeader(slot, 'tolerant'));
  checkContentSize(slot);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await readContent(file, slot, (chunk) => {
    hash.update(chunk);
    sizeBytes += chunk.byteLength;
    onProgress?.({ doneBytes: sizeBytes, totalBytes: slot.plainSizeBytes });
  });
  return { content_sha256: hash.digest('hex'), content_size: sizeBytes };
}
