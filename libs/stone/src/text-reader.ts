import { KIB } from '@cairn/std';
import type { StoneErrorCode } from './stone-error.js';

const NUL = 0;
const ASCII_MAX = 0x7f;
/** Bytes that are looked at in one go, so that a large payload is not there a third time. */
const PIECE_SIZE_BYTES = 64 * KIB;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const REPLACEMENT = '\ufffd';
const latin1 = new TextDecoder('latin1');

/** The text of a range without trailing NULs, and how many there were; or why it is none. */
export type TextRead =
  | { readonly ok: true; readonly text: string; readonly nulCount: number }
  | { readonly ok: false; readonly code: StoneErrorCode };

/**
 * Reads many short texts out of one payload, front to back. Plain ASCII, the usual case, costs no look at each byte: the
 * payload is decoded once, with one character for each byte.
 */
export class TextReader {
  private readonly bytes: Uint8Array;
  private readonly characters: string;
  private readonly hasOddCharacters: boolean;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.characters = latin1.decode(bytes);
    this.hasOddCharacters = !isAllAscii(bytes);
  }

  /** The text of `[start, end)`, trailing NULs stripped; a NUL inside or invalid UTF-8 is an error. */
  read(start: number, rangeEnd: number): TextRead {
    const { bytes, characters } = this;
    let end = rangeEnd;
    while (end > start && bytes[end - 1] === NUL) end--;
    const nulAt = characters.indexOf('\0', start);
    if (nulAt !== -1 && nulAt < end) return { ok: false, code: 'stone.string-nul' };
    const nulCount = rangeEnd - end;
    if (!this.hasOddCharacters || this.isAscii(start, end)) {
      return { ok: true, text: characters.slice(start, end), nulCount };
    }
    const text = decodeUtf8(bytes.subarray(start, end));
    if (text === undefined) return { ok: false, code: 'stone.string-utf8' };
    return { ok: true, text, nulCount };
  }

  private isAscii(start: number, end: number): boolean {
    for (let at = start; at < end; at++) {
      if ((this.bytes[at] ?? 0) > ASCII_MAX) return false;
    }
    return true;
  }
}

/** Whether there are no other bytes; a piece of other text has fewer characters than bytes, or replaced ones. */
function isAllAscii(bytes: Uint8Array): boolean {
  for (let start = 0; start < bytes.byteLength; start += PIECE_SIZE_BYTES) {
    const piece = bytes.subarray(start, start + PIECE_SIZE_BYTES);
    const text = lenientUtf8.decode(piece);
    if (text.length !== piece.byteLength || text.includes(REPLACEMENT)) return false;
  }
  return true;
}

/** Text of UTF-8 bytes, or undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
