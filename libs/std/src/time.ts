import type { Brand } from './brand.js';

/** A point in time: milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>;

/** Tells the time. Shells hold one; what decides takes an `Instant`. */
export interface Clock {
  now(): Instant;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() as Instant };

/** The instant of a `Date`. */
export function instantOf(date: Date): Instant {
  return date.getTime() as Instant;
}

/** Milliseconds from one instant to a later one; negative when they are the other way round. */
export function elapsedMs(span: { readonly from: Instant; readonly to: Instant }): number {
  return span.to - span.from;
}

/** The instant `ms` milliseconds after another. */
export function after(instant: Instant, ms: number): Instant {
  return (instant + ms) as Instant;
}

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
