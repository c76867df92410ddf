import { DAY_MS, HOUR_MS, type Instant } from '@cairn/std';
import type { ChannelPolicy } from '@cairn/contracts';

/** A version with everything that can keep it. */
export interface PrunableVersion {
  readonly id: number;
  readonly history: number;
  readonly kind: 'staging' | 'published';
  /** Of a step of a change set's line: when its last step was made. */
  readonly lastUsedAt: Instant;
  readonly retiredAt: Instant | null;
  /** A stream or tag names it, or a living line began with it. */
  readonly isNamed: boolean;
  readonly isLeased: boolean;
  /** Its files are to be written, something is still being published or imported there, or summit is yet to hear of it. */
  readonly isAwaited: boolean;
}

/** What becomes of a channel's versions; each list newest first, so that no version goes before those made from it. */
export interface PruneDecision {
  /** They leave the root index; their files stay for the grace window. */
  readonly retire: readonly PrunableVersion[];
  /** Something needs them again. */
  readonly restore: readonly PrunableVersion[];
  /** Files and rows go. */
  readonly remove: readonly PrunableVersion[];
}

/** How long a step of a line that nobody continues is kept where published versions are kept for ever. */
const LINE_RETENTION_DAYS = 14;

/** Decides by reachability alone: what is named, leased, awaited or young stays. */
export function decidePrune(
  versions: readonly PrunableVersion[],
  policy: Pick<ChannelPolicy, 'retentionDays' | 'graceHours'>,
  now: Instant,
): PruneDecision {
  const newestFirst = [...versions].sort((a, b) => b.history - a.history);
  const isNeeded = (version: PrunableVersion) =>
    version.isNamed || version.isLeased || version.isAwaited || isYoung(version, policy, now);
  const graceMs = policy.graceHours * HOUR_MS;
  const unneeded = newestFirst.filter((version) => !isNeeded(version));
  return {
    retire: unneeded.filter(({ retiredAt }) => retiredAt === null),
    restore: newestFirst.filter((version) => version.retiredAt !== null && isNeeded(version)),
    remove: unneeded.filter(({ retiredAt }) => retiredAt !== null && now - retiredAt >= graceMs),
  };
}

function isYoung(
  version: PrunableVersion,
  policy: Pick<ChannelPolicy, 'retentionDays'>,
  now: Instant,
): boolean {
  const days =
    version.kind === 'published'
      ? policy.retentionDays
      : (policy.retentionDays ?? LINE_RETENTION_DAYS);
  return days === null || now - version.lastUsedAt < days * DAY_MS;
}
