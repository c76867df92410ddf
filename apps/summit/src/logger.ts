import { type Logger } from '@cairn/observability';

/** Injection token of the logger. */
export const LOGGER = Symbol('logger');
export type { Logger };
