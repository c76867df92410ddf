import { ok, type Result } from '@cairn/std';
import type { Codec } from './codec.js';
import { decodeHeader, encodeHeader, wrongFileType, type FileType } from './header.js';
import { PAYLOADS_MAX } from './limits.js';
import { concatenate, encodePayload } from './encode-payload.js';
import { encodeMetaRecords } from './encode-meta.js';
import { recordsOfPackage, type MetaPurpose } from './package-records.js';
import { checkPackageNames } from './package-names.js';
import { checkPayloadHeader, placeOf, scanPayloads, type PayloadSlot } from './payload-scan.js';
import { checkChecksum } from './payload-bytes.js';
import { readMetaPayload } from './read-package-meta.js';
import { RecordBudget } from './record-budget.js';
import type { ReadMode } from './record-place.js';
import { refuse, stoneError, type StoneError } from './stone-error.js';
import type { StonePackage } from './stone-package.js';

const NOWHERE = { offset: 0 };

/** One package of a file that holds nothing but Meta payloads: its description, and where its payload stands. */
export interface MetaEntry {
  readonly stonePackage: StonePackage;
  readonly slot: PayloadSlot;
}

/** How to read a file of Meta payloads. */
export interface MetaFileOptions {
  readonly mode: ReadMode;
  readonly purpose: MetaPurpose;
  readonly fileType: Exclude<FileType, 'unknown'>;
}

/** Reads a file that holds nothing but Meta payloads: an index or a build manifest. */
export function decodeMetaFile(
  bytes: Uint8Array,
  codec: Codec,
  options: MetaFileOptions,
): Result<readonly MetaEntry[], StoneError> {
  const header = decodeHeader(bytes);
  if (!header.ok) return header;
  if (header.value.fileType !== options.fileType)
    return wrongFileType(header.value, options.fileType);
  const slots = scanPayloads(bytes, header.value);
  if (!slots.ok) return slots;
  // Views of a plain Uint8Array cost less than views of a Buffer.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const budget = new RecordBudget(bytes.byteLength);
  const entries: MetaEntry[] = [];
  for (const slot of slots.value) {
    const taken = budget.take(slot, options.mode);
    if (!taken.ok) return taken;
    const stored = plain.subarray(slot.bodyOffset, slot.bodyOffset + slot.storedSizeBytes);
    if (slot.kind !== 'meta') {
      const skipped = skipForeign(slot, stored, codec, options.mode);
      if (!skipped.ok) return skipped;
      continue;
    }
    const stonePackage = readMetaPayload(slot, stored, codec, options);
    if (!stonePackage.ok) return stonePackage;
    entries.push({ stonePackage: stonePackage.value, slot });
  }
  return ok(entries);
}

/** The bytes of one package’s Meta payload, header included, as they stand in an index or manifest. */
export function encodeMetaBlock(
  stonePackage: StonePackage,
  purpose: MetaPurpose,
  codec: Codec,
): Result<Uint8Array, StoneError> {
  const fault = checkPackageNames(stonePackage, NOWHERE) ?? numberFault(stonePackage);
  if (fault !== undefined) return { ok: false, error: fault };
  const records = recordsOfPackage(stonePackage, purpose);
  const plain = encodeMetaRecords(records);
  if (!plain.ok) return plain;
  return ok(
    encodePayload({ kind: 'meta', recordCount: records.length, plain: plain.value }, codec),
  );
}

/** A file of Meta payloads out of their blocks; refuses more than the header can count. */
export function joinMetaBlocks(
  fileType: 'repository' | 'build-manifest',
  blocks: readonly Uint8Array[],
): Result<Uint8Array, StoneError> {
  if (blocks.length > PAYLOADS_MAX) {
    const counts = { expected: `≤ ${PAYLOADS_MAX}`, found: blocks.length };
    return refuse('stone.too-many-payloads', NOWHERE, counts);
  }
  return ok(concatenate([encodeHeader({ fileType, payloadCount: blocks.length }), ...blocks]));
}

function numberFault(stonePackage: StonePackage): StoneError | undefined {
  const { sourceRelease, buildRelease, sizeBytes = 0 } = stonePackage;
  const wrong = [sourceRelease, buildRelease, sizeBytes].find(
    (n) => !Number.isSafeInteger(n) || n < 0,
  );
  return wrong === undefined
    ? undefined
    : stoneError('stone.meta-number', NOWHERE, { found: wrong });
}

function skipForeign(
  slot: PayloadSlot,
  stored: Uint8Array,
  codec: Codec,
  mode: ReadMode,
): Result<void, StoneError> {
  const checked = checkChecksum(slot, stored, codec);
  if (!checked.ok || mode === 'tolerant') return checked;
  const header = checkPayloadHeader(slot, mode);
  if (!header.ok) return header;
  return refuse('stone.payload-unexpected', placeOf(slot), { expected: 'meta', found: slot.kind });
}
