import { MIB } from '@cairn/std';
import { lentBuffers } from './lent-buffers.js';

/** Plain bytes that are unpacked in one go. */
export const PIECE_SIZE_BYTES = MIB;
/** Pieces in the making at once: one is unpacked, the others are being written. */
const PIECES_MAX = 4;

/** Takes a run of plain bytes; it stays valid until the returned promise settles, or during the call when there is none. */
export type ContentTaker = (piece: Uint8Array) => void | Promise<void>;

interface Place {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Settles, never rejects, when the place is free again. */
  taken: Promise<void> | undefined;
}

/** A few buffers in turn: one is filled while the ones before it are still being taken. */
export class PieceRing {
  private readonly places: Place[] = [];
  private at = 0;
  private failure: { readonly error: unknown } | undefined;

  private readonly take: ContentTaker;

  constructor(take: ContentTaker) {
    this.take = take;
  }

  /** A buffer to fill; waits until it is free. Throws what taking an earlier piece failed with. */
  async next(): Promise<Uint8Array> {
    const place = this.place();
    if (place.taken !== undefined) await place.taken;
    place.taken = undefined;
    this.check();
    return place.bytes;
  }

  /** Hands over the filled part of the buffer that `next` gave. */
  hand(piece: Uint8Array): void {
    const taken = this.take(piece);
    if (taken === undefined) return;
    this.place().taken = taken.catch((error: unknown) => {
      this.failure ??= { error };
    });
    this.at = (this.at + 1) % PIECES_MAX;
  }

  /** Waits until everything was taken and throws what failed. */
  async drain(): Promise<void> {
    await this.settle();
    this.check();
  }

  private async settle(): Promise<void> {
    for (const { taken } of this.places) await taken;
  }

  /** Gives the buffers up once nobody uses a piece any more. */
  async close(): Promise<void> {
    await this.settle();
    for (const { bytes } of this.places.splice(0)) lentBuffers.giveBack(bytes);
  }

  private place(): Place {
    return (this.places[this.at] ??= {
      bytes: lentBuffers.borrow(PIECE_SIZE_BYTES),
      taken: undefined,
    });
  }

  private check(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
