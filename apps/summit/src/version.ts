/** Told to builders, so that either side can say which is behind. */
export const SUMMIT_VERSION = '0.1.0';
export const SUMMIT_FEATURES: readonly string[] = ['pinned-history', 'log-resume'];
