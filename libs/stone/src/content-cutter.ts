import { invariant } from '@cairn/std';
import type { ContentRange } from './content-ranges.js';

/** Part of one file’s bytes; the file is complete when `isLast`. */
export interface ContentPiece {
  readonly range: ContentRange;
  readonly bytes: Uint8Array;
  readonly isLast: boolean;
}

const NONE = new Uint8Array(0);

/** Cuts the Content, given in pieces of any size, at the borders of its ranges, which must tile it. */
export class ContentCutter {
  private position = 0;
  private at = 0;

  private readonly ranges: readonly ContentRange[];

  constructor(ranges: readonly ContentRange[]) {
    this.ranges = ranges;
  }

  /** Bytes taken so far. */
  get sizeBytes(): number {
    return this.position;
  }

  /** The pieces that a run of Content bytes completes or continues, empty files included. */
  *push(chunk: Uint8Array): Generator<ContentPiece> {
    let offset = 0;
    while (offset < chunk.byteLength) {
      yield* this.emptyFiles();
      const range = this.ranges[this.at];
      invariant(range !== undefined, 'the ranges tile the content');
      const take = Math.min(range.end - this.position, chunk.byteLength - offset);
      const bytes = chunk.subarray(offset, offset + take);
      offset += take;
      this.position += take;
      const isLast = this.position === range.end;
      if (isLast) this.at++;
      yield { range, bytes, isLast };
    }
  }

  /** The empty files behind the last byte. */
  *finish(): Generator<ContentPiece> {
    yield* this.emptyFiles();
  }

  private *emptyFiles(): Generator<ContentPiece> {
    for (;;) {
      const range = this.ranges[this.at];
      if (range?.start !== this.position || range.end !== this.position) return;
      this.at++;
      yield { range, bytes: NONE, isLast: true };
    }
  }
}
