const FIRST_SEED = 0x811c9dc5;
const SECOND_SEED = 0x9e3779b9;
const FIRST_FACTOR = 0x01000193;
const SECOND_FACTOR = 0x85ebca6b;

/** A running 64-bit fingerprint of a list of decisions. It tells whether two runs decided alike; it is no defence against forgery. */
export class DecisionHash {
  #first = FIRST_SEED;
  #second = SECOND_SEED;

  /** Adds one decision; values are told apart from each other and from the next decision's. */
  add(...values: readonly (string | number)[]): void {
    for (const value of values) {
      const text = typeof value === 'number' ? `#${value}` : `$${value}`;
      for (let place = 0; place < text.length; place += 1) this.#mix(text.charCodeAt(place));
      this.#mix(0x1_0000);
    }
    this.#mix(0x1_0001);
  }

  /** Sixteen hexadecimal digits. */
  text(): string {
    return [this.#first, this.#second]
      .map((each) => (each >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }

  #mix(unit: number): void {
    this.#first = Math.imul(this.#first ^ unit, FIRST_FACTOR);
    this.#second = Math.imul(this.#second ^ unit, SECOND_FACTOR);
    this.#second ^= this.#second >>> 15;
  }
}
