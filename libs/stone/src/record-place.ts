import type { Place } from './stone-error.js';

/** How much is forgiven: `strict` refuses what no writer produces, `tolerant` skips unknown things. */
export type ReadMode = 'strict' | 'tolerant';

/** What a decoder of records needs to know about the payload around them. */
export interface RecordContext {
  readonly recordCount: number;
  readonly mode: ReadMode;
  readonly place: Place;
}

/** The place of a fault inside a payload’s decompressed bytes. */
export function inside(place: Place, plainOffset: number): Place {
  return { ...place, plainOffset };
}
