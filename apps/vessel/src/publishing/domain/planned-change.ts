import type { ChannelPolicy, GateFinding } from '@cairn/contracts';
import type { Instant } from '@cairn/std';
import type { Channel } from '../../channels/channel.store.js';
import type { ChangedPackage } from '../../channels/domain/stream-contents.js';
import type { PackageKey, PoolPackage } from '../../pool/domain/pool-package.js';

/** A version by its row and by the number that clients know. */
export interface VersionId {
  readonly id: number;
  readonly history: number;
}

/** Where a stream is, and what it holds. */
export interface StreamNow {
  readonly versionId: number | null;
  readonly history: number | null;
  readonly packages: readonly PoolPackage[];
}

/** What a stream of a locked channel is to hold. */
export interface StreamWish {
  readonly channel: Channel;
  readonly stream: string;
  readonly after: readonly PoolPackage[];
  /** An existing version of the channel with just that; without it a new one is made. */
  readonly version?: VersionId;
}

/** A wish that was looked at and breaks no rule. */
export interface StreamMove extends StreamWish {
  readonly now: StreamNow;
  readonly changed: readonly ChangedPackage[];
  readonly findings: readonly GateFinding[];
}

/** Everything that one commit does. */
export interface PlannedChange {
  readonly moves: readonly StreamMove[];
  readonly tags: readonly {
    readonly channel: Channel;
    readonly tag: string;
    /** Where it points now. */
    readonly from: number | null;
    readonly to: VersionId | null;
  }[];
  readonly pins: readonly {
    readonly channel: Channel;
    readonly stream: string;
    readonly keys: readonly PackageKey[];
    readonly isPinned: boolean;
  }[];
  readonly leases: readonly {
    readonly channel: Channel;
    readonly version: VersionId;
    readonly holder: string;
    /** Null when it ends now. */
    readonly endsAt: Instant | null;
  }[];
  readonly policies: readonly {
    readonly channel: Channel;
    readonly before: ChannelPolicy;
    readonly after: ChannelPolicy;
  }[];
  readonly yanked: readonly PoolPackage[];
}

export const NOTHING_PLANNED: PlannedChange = {
  moves: [],
  tags: [],
  pins: [],
  leases: [],
  policies: [],
  yanked: [],
};
