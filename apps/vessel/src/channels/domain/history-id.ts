import { SECOND_MS, type Instant } from '@cairn/std';

/** The id of a channel's next version: the time in seconds, or one more than the last when that is not past yet. */
export function nextHistory(last: number, now: Instant): number {
  return Math.max(Math.floor(now / SECOND_MS), last + 1);
}
