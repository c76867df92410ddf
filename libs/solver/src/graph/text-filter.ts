/** Bits for each expected text; more make wrong passes rarer. */
const BITS_PER_TEXT = 16;
const BITS_MIN = 1_024;

/**
 * Says of most texts that were never added that they were not, from their length and five of their characters: far cheaper than
 * hashing the whole text, which a map must do.
 */
export class TextFilter {
  readonly #bits: Uint32Array;
  readonly #shift: number;

  constructor(expectedTexts: number) {
    const size = Math.ceil(Math.log2(Math.max(BITS_MIN, expectedTexts * BITS_PER_TEXT)));
    this.#bits = new Uint32Array(2 ** (size - 5));
    this.#shift = 32 - size;
  }

  add(text: string): void {
    const bit = this.#bitOf(text);
    const word = bit >>> 5;
    this.#bits[word] = (this.#bits[word] ?? 0) | (1 << (bit & 31));
  }

  /** False only for texts that were not added. */
  mayHave(text: string): boolean {
    const bit = this.#bitOf(text);
    return ((this.#bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) !== 0;
  }

  #bitOf(text: string): number {
    const { length } = text;
    let mixed = length;
    mixed = Math.imul(mixed, MULTIPLIER) + text.charCodeAt(0);
    mixed = Math.imul(mixed, MULTIPLIER) + text.charCodeAt((length * 3) >> 3);
    mixed = Math.imul(mixed, MULTIPLIER) + text.charCodeAt(length >> 1);
    mixed = Math.imul(mixed, MULTIPLIER) + text.charCodeAt((length * 3) >> 2);
    mixed = Math.imul(mixed, MULTIPLIER) + text.charCodeAt(length - 2);
    return Math.imul(mixed, SPREADER) >>> this.#shift;
  }
}

const MULTIPLIER = 0x01000193;
/** The golden ratio in 32 bits: spreads neighbouring values over the whole range. */
const SPREADER = 0x9e3779b1;
