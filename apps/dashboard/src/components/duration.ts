import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@cairn/std';

/** A span of time in two units at most: `8 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. Negative spans are 0. */
export function durationText(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  const whole = (unitMs: number): number => Math.floor(ms / unitMs);
  if (ms < MINUTE_MS) return `${whole(SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${whole(MINUTE_MS)} min ${whole(SECOND_MS) % 60} s`;
  if (ms < DAY_MS) return `${whole(HOUR_MS)} h ${whole(MINUTE_MS) % 60} min`;
  return `${whole(DAY_MS)} d ${whole(HOUR_MS) % 24} h`;
}

/** How long ago, roughly: `now`, `12 min ago`, `3 d ago`; `in 5 min` for what is to come. */
export function relativeText(atMs: number, nowMs: number): string {
  const ms = Math.abs(nowMs - atMs);
  if (ms < 5 * SECOND_MS) return 'now';
  let text: string;
  if (ms < MINUTE_MS) text = `${Math.floor(ms / SECOND_MS)} s`;
  else if (ms < HOUR_MS) text = `${Math.floor(ms / MINUTE_MS)} min`;
  else if (ms < 2 * DAY_MS) text = `${Math.floor(ms / HOUR_MS)} h`;
  else text = `${Math.floor(ms / DAY_MS)} d`;
  return atMs > nowMs ? `in ${text}` : `${text} ago`;
}

/** The exact moment in the reader's time zone. */
export function exactText(atMs: number): string {
  const at = new Date(atMs);
  return Number.isNaN(at.getTime())
    ? ''
    : at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}
