import {
  architectureSchema,
  DIFFERENCE_LISTED_MAX,
  FINDINGS_MAX,
  type ChannelPlan,
  type Difference,
  type PackageDifference,
} from '@cairn/contracts';
import type { ChangedPackage } from '../../channels/domain/stream-contents.js';
import { releaseText, type PoolPackage } from '../../pool/domain/pool-package.js';
import type { PlannedChange } from './planned-change.js';

/** What people see of a difference: counts of all, and as many packages as may be listed. */
export function differenceView(changed: readonly ChangedPackage[]): Difference {
  const removed = changed.filter(({ after }) => after === undefined).length;
  const added = changed.filter(({ before }) => before === undefined).length;
  return {
    added,
    removed,
    changed: changed.length - added - removed,
    packages: changed.slice(0, DIFFERENCE_LISTED_MAX).map(packageView),
  };
}

function packageView(item: ChangedPackage): PackageDifference {
  const { name, architecture, before, after } = item;
  return {
    name,
    architecture: architectureSchema.parse(architecture),
    before: releaseOf(before),
    after: releaseOf(after),
  };
}

function releaseOf(item: PoolPackage | undefined): string | null {
  return item === undefined ? null : releaseText(item);
}

/** What people see of a change; `histories` is where its streams point, once it is made. */
export function planView(
  changeId: string,
  planned: PlannedChange,
  histories?: readonly number[],
): ChannelPlan {
  return {
    changeId,
    isApplied: histories !== undefined,
    streams: planned.moves.map((move, at) => ({
      channel: move.channel.name,
      stream: move.stream,
      from: textOf(move.now.history),
      to: textOf(histories?.[at] ?? move.version?.history ?? unmoved(move)),
      packageCount: move.after.length,
      difference: differenceView(move.changed),
    })),
    tags: planned.tags.map(({ channel, tag, from, to }) => ({
      channel: channel.name,
      tag,
      from: textOf(from),
      to: textOf(to?.history ?? null),
    })),
    pins: planned.pins.flatMap(({ channel, stream, keys, isPinned }) =>
      keys.map(({ name, architecture }) => ({
        channel: channel.name,
        stream,
        name,
        architecture: architectureSchema.parse(architecture),
        isPinned,
      })),
    ),
    findings: planned.moves.flatMap(({ findings }) => findings).slice(0, FINDINGS_MAX),
    leases: planned.leases.map(({ channel, version, holder, endsAt }) => ({
      channel: channel.name,
      history: String(version.history),
      holder,
      endsAt,
    })),
    policies: planned.policies.map(({ channel, before, after }) => ({
      channel: channel.name,
      before,
      after,
    })),
    yanked: planned.yanked.map(({ name, architecture, sha256 }) => ({
      name,
      architecture: architectureSchema.parse(architecture),
      sha256,
    })),
  };
}

function unmoved(move: PlannedChange['moves'][number]): number | null {
  return move.changed.length === 0 ? move.now.history : null;
}

function textOf(history: number | null): string | null {
  return history === null ? null : String(history);
}
