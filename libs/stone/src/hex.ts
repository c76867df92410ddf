const DIGIT_CODES = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Digits that are made into a text in one go. */
const PIECE_SIZE_BYTES = 16;

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (let start = 0; start < bytes.length; start += PIECE_SIZE_BYTES) {
    const codes: number[] = [];
    for (const byte of bytes.subarray(start, start + PIECE_SIZE_BYTES)) {
      codes.push(DIGIT_CODES[byte >> 4] ?? 0, DIGIT_CODES[byte & 15] ?? 0);
    }
    text += String.fromCharCode(...codes);
  }
  return text;
}

/** A u64 as 16 lower-case hexadecimal digits. */
export function hex64(value: bigint): string {
  return value.toString(16).padStart(16, '0');
}

/** The bytes of lower-case hexadecimal digits; the text must hold an even number of nothing else. */
export function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++)
    bytes[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
