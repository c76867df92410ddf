import { ok, type Result } from '@cairn/std';
import { LAYOUT_RECORD_SIZE_BYTES } from './decode-layout.js';
import { fromHex } from './hex.js';
import { LAYOUT_TYPES, type LayoutEntry } from './layout-record.js';
import { isLayoutPath } from './layout-checks.js';
import { LAYOUT_TEXT_SIZE_BYTES_MAX, RECORDS_PLAIN_SIZE_BYTES_MAX } from './limits.js';
import { refuse, type StoneError } from './stone-error.js';

const NOWHERE = { offset: 0 };
const NONE = new Uint8Array(0);
const encoder = new TextEncoder();

/** The plain bytes of a Layout payload, in the order given, texts without NUL; long texts are refused. */
export function encodeLayoutEntries(
  entries: readonly LayoutEntry[],
): Result<Uint8Array, StoneError> {
  const encoded: {
    readonly entry: LayoutEntry;
    readonly source: Uint8Array;
    readonly target: Uint8Array;
  }[] = [];
  let sizeBytes = 0;
  for (const entry of entries) {
    const fault = encodableFault(entry);
    if (fault !== undefined) return fault;
    const texts = { source: sourceOf(entry), target: encoder.encode(entry.target) };
    const longest = Math.max(texts.source.byteLength, texts.target.byteLength);
    if (longest > LAYOUT_TEXT_SIZE_BYTES_MAX) {
      const lengths = { expected: `≤ ${LAYOUT_TEXT_SIZE_BYTES_MAX}`, found: longest };
      return refuse('stone.field-too-long', NOWHERE, lengths);
    }
    encoded.push({ entry, ...texts });
    sizeBytes += LAYOUT_RECORD_SIZE_BYTES + texts.source.byteLength + texts.target.byteLength;
  }
  if (sizeBytes > RECORDS_PLAIN_SIZE_BYTES_MAX) {
    const sizes = { expected: `≤ ${RECORDS_PLAIN_SIZE_BYTES_MAX}`, found: sizeBytes };
    return refuse('stone.plain-size', NOWHERE, sizes);
  }
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  for (const { entry, source, target } of encoded) {
    view.setUint32(offset, entry.uid);
    view.setUint32(offset + 4, entry.gid);
    view.setUint32(offset + 8, entry.mode);
    view.setUint16(offset + 16, source.byteLength);
    view.setUint16(offset + 18, target.byteLength);
    view.setUint8(offset + 20, LAYOUT_TYPES.indexOf(entry.type));
    bytes.set(source, offset + LAYOUT_RECORD_SIZE_BYTES);
    bytes.set(target, offset + LAYOUT_RECORD_SIZE_BYTES + source.byteLength);
    offset += LAYOUT_RECORD_SIZE_BYTES + source.byteLength + target.byteLength;
  }
  return ok(bytes);
}

function sourceOf(entry: LayoutEntry): Uint8Array {
  if (entry.type === 'regular') return fromHex(entry.digest);
  return entry.type === 'symlink' ? encoder.encode(entry.link) : NONE;
}

function encodableFault(entry: LayoutEntry): Result<never, StoneError> | undefined {
  const found = JSON.stringify(entry.target);
  if (entry.type === 'unknown') return refuse('stone.layout-type', NOWHERE, { found });
  const link = entry.type === 'symlink' ? entry.link : '-';
  const texts = entry.target + link;
  if (texts.includes('\0') || !texts.isWellFormed() || link === '') {
    return refuse('stone.not-encodable', NOWHERE, { found });
  }
  return isLayoutPath(entry.target) ? undefined : refuse('stone.layout-path', NOWHERE, { found });
}
