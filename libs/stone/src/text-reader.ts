import type { StoneErrorCode } from './stone-error.js';

const NUL = 0;
const ASCII_MAX = 0x7f;
/** Longest run handed to one call of String.fromCharCode, in characters. */
const CHUNK_LENGTH = 4_096;
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text in `bytes[start, end)` without trailing NULs, and how many there were; or why it is none. */
export type TextRead =
  | { readonly ok: true; readonly text: string; readonly nulCount: number }
  | { readonly ok: false; readonly code: StoneErrorCode };

/** Reads many short texts out of one payload; plain ASCII, the usual case, costs no decoder call. */
export class TextReader {
  private readonly latin1: string;

  constructor(private readonly bytes: Uint8Array) {
    this.latin1 = latin1Of(bytes);
  }

  /** The text of a range, trailing NULs stripped; a NUL inside or invalid UTF-8 is an error. */
  read(range: { readonly start: number; readonly end: number }): TextRead {
    const { bytes } = this;
    let end = range.end;
    while (end > range.start && bytes[end - 1] === NUL) end--;
    const nulCount = range.end - end;
    let isAscii = true;
    for (let at = range.start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === NUL) return { ok: false, code: 'stone.string-nul' };
      if (byte > ASCII_MAX) isAscii = false;
    }
    if (isAscii) return { ok: true, text: this.latin1.slice(range.start, end), nulCount };
    const text = decodeUtf8(bytes.subarray(range.start, end));
    if (text === undefined) return { ok: false, code: 'stone.string-utf8' };
    return { ok: true, text, nulCount };
  }
}

/** Text of UTF-8 bytes, or undefined when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

function latin1Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK_LENGTH) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_LENGTH));
  }
  return text;
}
