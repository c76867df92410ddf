import { type Clock } from '@cairn/std';

/** Injection token of the clock. */
export const CLOCK = Symbol('clock');
export type { Clock };
