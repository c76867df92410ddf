import type { ErrorCode } from '@cairn/contracts';
import type { ChangedPackage } from '../../channels/domain/stream-contents.js';
import { keyOf, type PoolPackage } from '../../pool/domain/pool-package.js';
import { INDEX_PACKAGES_MAX } from '../../pool/domain/index-block.js';

/** Why a stream may not come to hold something. */
export interface StreamRefusal {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What a stream is to hold, against what it holds now. */
export interface StreamChange {
  /** `channel/stream`, for messages. */
  readonly label: string;
  readonly after: readonly PoolPackage[];
  readonly changed: readonly ChangedPackage[];
  /** Keys that nothing may change. */
  readonly pinned: ReadonlySet<string>;
  /** Packages, among those that are put, that were withdrawn. */
  readonly yanked: ReadonlySet<number>;
}

/** Rules that hold for every change of a stream, whoever makes it; undefined when none is broken. */
export function checkStreamChange(change: StreamChange): StreamRefusal | undefined {
  const { label, after, changed, pinned, yanked } = change;
  const held = changed.find((item) => pinned.has(keyOf(item)));
  if (held !== undefined) {
    return {
      code: 'package.pinned',
      message: `${label}: ${held.name} (${held.architecture}) is pinned.`,
    };
  }
  const bad = changed.find((item) => item.after !== undefined && yanked.has(item.after.id));
  if (bad !== undefined) {
    return {
      code: 'package.yanked',
      message: `${label}: ${bad.after?.poolPath ?? bad.name} was withdrawn.`,
    };
  }
  for (const [architecture, items] of Map.groupBy(after, (item) => item.architecture)) {
    if (items.length <= INDEX_PACKAGES_MAX) continue;
    return {
      code: 'channel.full',
      message: `${label}: an index holds at most ${INDEX_PACKAGES_MAX} packages; ${architecture} would have ${items.length}.`,
    };
  }
  return undefined;
}
