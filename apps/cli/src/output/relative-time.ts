import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@cairn/std';

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/** `3 min ago`, `in 2 h`, `now`; `–` for null. Both instants are milliseconds. */
export function relativeTime(atMs: number | null, nowMs: number): string {
  if (atMs === null) return '–';
  const distanceMs = Math.abs(nowMs - atMs);
  const unit = UNITS.find(([, sizeMs]) => distanceMs >= sizeMs);
  if (unit === undefined) return 'now';
  const amount = `${Math.floor(distanceMs / unit[1])} ${unit[0]}`;
  return atMs <= nowMs ? `${amount} ago` : `in ${amount}`;
}

/** A length of time in its two largest units: `1 h 4 min`, `12 s`, `0 s`. */
export function durationText(durationMs: number): string {
  const first = UNITS.findIndex(([, sizeMs]) => durationMs >= sizeMs);
  if (first === -1) return '0 s';
  let restMs = durationMs;
  const parts = UNITS.slice(first, first + 2).map(([name, sizeMs]) => {
    const count = Math.floor(restMs / sizeMs);
    restMs -= count * sizeMs;
    return count === 0 ? '' : `${count} ${name}`;
  });
  return parts.filter((part) => part !== '').join(' ');
}
