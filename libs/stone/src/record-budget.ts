import { ok, type Result } from '@cairn/std';
import {
  FILE_PLAIN_RATIO,
  FILE_RECORDS_MAX,
  SMALL_FILE_PLAIN_SIZE_BYTES_MAX,
  SMALL_FILE_RECORDS_MAX,
  SMALL_FILE_SIZE_BYTES,
} from './limits.js';
import type { PayloadKind } from './payload-header.js';
import { checkPayloadHeader, isReadable, placeOf, type PayloadSlot } from './payload-scan.js';
import type { ReadMode } from './record-place.js';
import { refuse, type StoneError } from './stone-error.js';

/** Records that take twice the memory of others count twice. */
const WEIGHTS: Readonly<Record<PayloadKind, number>> = {
  meta: 1,
  layout: 2,
  index: 1,
  attributes: 2,
  content: 0,
  unknown: 0,
};

/**
 * What the payloads of one file may hold together. Each payload has limits of its own, but thousands of payloads of a few
 * hundred bytes could each unpack to many megabytes; real files stay far below these sums.
 */
export class RecordBudget {
  private recordsLeft: number;
  private plainSizeBytesLeft: number;

  constructor(fileSizeBytes: number) {
    const beyondBytes = Math.max(0, fileSizeBytes - SMALL_FILE_SIZE_BYTES);
    this.recordsLeft = Math.min(SMALL_FILE_RECORDS_MAX + beyondBytes, FILE_RECORDS_MAX);
    this.plainSizeBytesLeft = SMALL_FILE_PLAIN_SIZE_BYTES_MAX + FILE_PLAIN_RATIO * beyondBytes;
  }

  /** Takes what a payload announces, before it is unpacked; a payload that its own header gives away costs nothing. */
  take(slot: PayloadSlot, mode: ReadMode): Result<void, StoneError> {
    if (slot.kind === 'content' || !isReadable(slot)) return ok(undefined);
    if (!checkPayloadHeader(slot, mode).ok) return ok(undefined);
    const { recordsLeft, plainSizeBytesLeft } = this;
    const weight = WEIGHTS[slot.kind];
    this.recordsLeft -= slot.recordCount * weight;
    this.plainSizeBytesLeft -= slot.plainSizeBytes;
    if (this.recordsLeft < 0) {
      const counts = {
        expected: `≤ ${Math.floor(recordsLeft / weight)} records`,
        found: slot.recordCount,
      };
      return refuse('stone.amplification', placeOf(slot), counts);
    }
    if (this.plainSizeBytesLeft < 0) {
      const sizes = { expected: `≤ ${plainSizeBytesLeft} bytes`, found: slot.plainSizeBytes };
      return refuse('stone.amplification', placeOf(slot), sizes);
    }
    return ok(undefined);
  }
}
