import type { LayoutRecord } from './layout-record.js';

const SLASH = 0x2f;
/** Targets hold no NUL, so it can stand for the slash and sort before everything else. */
const SLASH_KEY = 0;
const encoder = new TextEncoder();

/** The targets of a layout as bytes, one behind the other: a fraction of what as many texts would take. */
export class PathTable {
  private readonly bytes: Uint8Array;
  /** Where each target begins, and at last where they all end. */
  private readonly starts: Uint32Array;

  constructor(records: readonly LayoutRecord[]) {
    this.starts = new Uint32Array(records.length + 1);
    let end = 0;
    for (const [at, { targetLengthBytes, targetNulCount }] of records.entries()) {
      end += targetLengthBytes - targetNulCount;
      this.starts[at + 1] = end;
    }
    this.bytes = new Uint8Array(end);
    for (const [at, { entry }] of records.entries()) {
      encoder.encodeInto(entry.target, this.bytes.subarray(this.starts[at], this.starts[at + 1]));
    }
    for (let at = this.bytes.indexOf(SLASH); at !== -1; at = this.bytes.indexOf(SLASH, at + 1)) {
      this.bytes[at] = SLASH_KEY;
    }
  }

  /** The positions of all targets; what lies below a target follows it at once, equal ones keep their order. */
  sorted(): Uint32Array {
    const positions = Uint32Array.from({ length: this.starts.length - 1 }, (_, at) => at);
    return positions.sort((a, b) => this.compare(a, b));
  }

  /** Below zero, zero or above it, as the target at `a` sorts before, with or behind that at `b`. */
  compare(a: number, b: number): number {
    const { bytes } = this;
    const common = this.commonBytes(a, b);
    const sizeA = this.sizeOf(a);
    const sizeB = this.sizeOf(b);
    if (common === sizeA || common === sizeB) return sizeA - sizeB;
    return (bytes[this.startOf(a) + common] ?? 0) - (bytes[this.startOf(b) + common] ?? 0);
  }

  /** Whether the target at `at` lies below that at `parent`. */
  isBelow(at: number, parent: number): boolean {
    const size = this.sizeOf(parent);
    if (this.sizeOf(at) <= size || this.commonBytes(at, parent) < size) return false;
    return this.bytes[this.startOf(at) + size] === SLASH_KEY;
  }

  private commonBytes(a: number, b: number): number {
    const { bytes } = this;
    const startA = this.startOf(a);
    const startB = this.startOf(b);
    const limit = Math.min(this.sizeOf(a), this.sizeOf(b));
    let common = 0;
    while (common < limit && bytes[startA + common] === bytes[startB + common]) common++;
    return common;
  }

  private startOf(at: number): number {
    return this.starts[at] ?? 0;
  }

  private sizeOf(at: number): number {
    return (this.starts[at + 1] ?? 0) - this.startOf(at);
  }
}
