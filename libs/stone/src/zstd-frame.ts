import { ok, type Result } from '@cairn/std';
import { viewOf } from './integers.js';
import { ZSTD_WINDOW_SIZE_BYTES_MAX } from './limits.js';
import { refuse, type Place, type StoneError } from './stone-error.js';

const FRAME_MAGIC = 0xfd2f_b528;
const FIXED_SIZE_BYTES = 5;
const DICTIONARY_ID_SIZES_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_SIZES_BYTES = [0, 2, 4, 8] as const;
/** Longest frame header: magic, descriptor, window, dictionary id, content size. */
export const ZSTD_HEADER_SIZE_BYTES_MAX = 18;

/** What a zstd frame says about itself. Sizes in bytes; `contentSizeBytes` is null when the frame does not say. */
export interface ZstdFrameHeader {
  readonly headerSizeBytes: number;
  readonly contentSizeBytes: number | null;
  readonly windowSizeBytes: number;
  readonly dictionaryId: number;
  readonly hasChecksum: boolean;
  readonly isSingleSegment: boolean;
}

/** Reads the header of the frame that `bytes` begin with; its first 18 bytes are enough. */
export function decodeZstdFrameHeader(
  bytes: Uint8Array,
  place: Place,
): Result<ZstdFrameHeader, StoneError> {
  const view = viewOf(bytes);
  if (bytes.byteLength < FIXED_SIZE_BYTES || view.getUint32(0, true) !== FRAME_MAGIC) {
    return refuse('stone.zstd-magic', place);
  }
  const descriptor = view.getUint8(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  if ((descriptor & 0x08) !== 0)
    return refuse('stone.zstd-header', place, { found: 'a reserved bit' });
  const sizes = fieldSizes(descriptor, isSingleSegment);
  const headerSizeBytes = FIXED_SIZE_BYTES + sizes.window + sizes.dictionary + sizes.content;
  if (bytes.byteLength < headerSizeBytes) {
    return refuse('stone.zstd-header', place, { found: `${bytes.byteLength} bytes` });
  }
  const dictionaryAt = FIXED_SIZE_BYTES + sizes.window;
  const contentSizeBytes = readContentSize(view, dictionaryAt + sizes.dictionary, sizes.content);
  return ok({
    headerSizeBytes,
    contentSizeBytes,
    windowSizeBytes: isSingleSegment
      ? (contentSizeBytes ?? 0)
      : windowSize(view.getUint8(FIXED_SIZE_BYTES)),
    dictionaryId: readLittleEndian(view, dictionaryAt, sizes.dictionary),
    hasChecksum: (descriptor & 0x04) !== 0,
    isSingleSegment,
  });
}

/** Refuses a frame that this format cannot hold: a dictionary, too large a window, another content size. */
export function checkZstdFrameHeader(
  frame: ZstdFrameHeader,
  plainSizeBytes: number,
  place: Place,
): Result<ZstdFrameHeader, StoneError> {
  if (frame.dictionaryId !== 0) {
    return refuse('stone.zstd-dictionary', place, { found: frame.dictionaryId });
  }
  if (frame.contentSizeBytes !== null && frame.contentSizeBytes !== plainSizeBytes) {
    const sizes = { expected: plainSizeBytes, found: frame.contentSizeBytes };
    return refuse('stone.zstd-content-size', place, sizes);
  }
  if (frame.windowSizeBytes > ZSTD_WINDOW_SIZE_BYTES_MAX) {
    const sizes = { expected: `≤ ${ZSTD_WINDOW_SIZE_BYTES_MAX}`, found: frame.windowSizeBytes };
    return refuse('stone.zstd-window', place, sizes);
  }
  return ok(frame);
}

function fieldSizes(descriptor: number, isSingleSegment: boolean) {
  const contentFlag = descriptor >> 6;
  const content = CONTENT_SIZE_SIZES_BYTES[contentFlag] ?? 0;
  return {
    window: isSingleSegment ? 0 : 1,
    dictionary: DICTIONARY_ID_SIZES_BYTES[descriptor & 0x03] ?? 0,
    content: contentFlag === 0 && isSingleSegment ? 1 : content,
  };
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 0x07);
}

function readContentSize(view: DataView, offset: number, sizeBytes: number): number | null {
  if (sizeBytes === 0) return null;
  const value = readLittleEndian(view, offset, sizeBytes);
  return sizeBytes === 2 ? value + 256 : value;
}

function readLittleEndian(view: DataView, offset: number, sizeBytes: number): number {
  let value = 0;
  for (let at = sizeBytes - 1; at >= 0; at--) value = value * 256 + view.getUint8(offset + at);
  return value;
}
