import { type Builder } from '../builder.store.js';

/** A builder that has not been heard of for this many heartbeats counts as offline and gets no orders. */
const MISSED_HEARTBEATS_MAX = 3;

export interface HeartbeatFacts {
  readonly heartbeatMs: number;
  readonly now: number;
}

/** Whether a builder has never been heard of, or not for too many heartbeats. */
export function isSilent(
  builder: Pick<Builder, 'lastSeenAt'>,
  { heartbeatMs, now }: HeartbeatFacts,
): boolean {
  return (
    builder.lastSeenAt === null || builder.lastSeenAt < now - MISSED_HEARTBEATS_MAX * heartbeatMs
  );
}
