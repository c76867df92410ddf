import {
  AppError,
  channelPolicySchema,
  type ChannelAction,
  type PackageSelector,
} from '@cairn/contracts';
import { after, assertNever, HOUR_MS, invariant, type Clock } from '@cairn/std';
import { isDeepStrictEqual } from 'node:util';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import {
  listable,
  selectPackages,
  withdrawn,
  without,
  withPut,
  withSources,
} from '../channels/domain/stream-contents.js';
import { findVersion } from '../channels/find-version.js';
import type { PinStore } from '../channels/pin.store.js';
import type { PolicyStore } from '../channels/policy.store.js';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import { keyOf, type PoolPackage } from '../pool/domain/pool-package.js';
import type { PackageStore } from '../pool/package.store.js';
import { NOTHING_PLANNED, type PlannedChange, type StreamWish } from './domain/planned-change.js';
import type { StreamMover } from './stream-mover.js';

type Action<Kind extends ChannelAction['kind']> = Extract<ChannelAction, { readonly kind: Kind }>;
type Channels = ReadonlyMap<string, Channel>;

const NAMES_SHOWN_MAX = 10;

/** Works out what an action comes to, from what the locked channels hold; changes nothing. */
export class ActionPlanner {
  constructor(
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly pins: PinStore;
      readonly mover: StreamMover;
      readonly policies: PolicyStore;
      readonly clock: Clock;
    },
  ) {}

  /** Throws an `AppError` when the action names something that is not there or breaks a rule. */
  async plan(tx: Transaction, action: ChannelAction, channels: Channels): Promise<PlannedChange> {
    switch (action.kind) {
      case 'promote':
        return this.promote(tx, action, channels);
      case 'roll-back':
        return this.rollBack(tx, action, channels);
      case 'tag':
      case 'untag':
        return this.tag(tx, action, channelIn(channels, action.channel));
      case 'remove':
        return this.remove(tx, action, channelIn(channels, action.channel));
      case 'yank':
        return this.yank(tx, action, channels);
      case 'pin':
        return this.pin(tx, action, channelIn(channels, action.channel));
      case 'unpin':
        return this.unpin(tx, action, channelIn(channels, action.channel));
      case 'lease':
        return this.lease(tx, action, channelIn(channels, action.channel));
      case 'configure':
        return this.configure(tx, action, channelIn(channels, action.channel));
    }
    return assertNever(action);
  }

  private async promote(
    tx: Transaction,
    action: Action<'promote'>,
    channels: Channels,
  ): Promise<PlannedChange> {
    const source = channelIn(channels, action.from.channel);
    const version = await findVersion(tx, source, action.from.version);
    const given = await this.parts.versions.packagesOf(tx, version.id);
    const { sources } = action;
    refuseUnknownSources(sources ?? [], given);
    const moves = [];
    for (const target of uniqueTargets(action.to)) {
      const channel = channelIn(channels, target.channel);
      const { stream } = target;
      const now = await this.parts.mover.now(tx, channel.id, stream);
      const offered = listable(given, channel.architectures);
      const isWhole = sources === undefined;
      const after = isWhole ? offered : withSources(now.packages, offered, sources);
      const isSame = isWhole && channel.id === source.id;
      const wish = { channel, stream, after, ...(isSame ? { version } : {}) };
      moves.push(await this.parts.mover.plan(tx, wish, now));
    }
    return { ...NOTHING_PLANNED, moves };
  }

  private async rollBack(
    tx: Transaction,
    action: Action<'roll-back'>,
    channels: Channels,
  ): Promise<PlannedChange> {
    const { stream } = action;
    const channel = channelIn(channels, action.channel);
    const { history } = await findVersion(tx, channel, `stream/${stream}`);
    const reference =
      action.to ?? `history/${await this.historyBefore(tx, { channel, stream, history })}`;
    const version = await findVersion(tx, channel, reference);
    const after = await this.parts.versions.packagesOf(tx, version.id);
    return this.one(tx, { channel, stream, after, version });
  }

  private async historyBefore(
    tx: Transaction,
    where: { readonly channel: Channel; readonly stream: string; readonly history: number },
  ): Promise<number> {
    const { channel, stream, history } = where;
    const before = await this.parts.channels.versionBefore(tx, {
      channelId: channel.id,
      name: stream,
      history,
    });
    if (before !== undefined) return before;
    throw new AppError(
      'stream.unmoved',
      `${channel.name}/${stream} has pointed to no other version that still exists.`,
    );
  }

  private async tag(
    tx: Transaction,
    action: Action<'tag'> | Action<'untag'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const { tag } = action;
    const found = await this.parts.channels.tagged(tx, channel.id, tag);
    if (action.kind === 'untag') {
      if (found === undefined) {
        throw new AppError('tag.not-found', `${channel.name} has no tag ${tag}.`);
      }
      return { ...NOTHING_PLANNED, tags: [{ channel, tag, from: found.history, to: null }] };
    }
    const to = await findVersion(tx, channel, action.version);
    if (found !== undefined) {
      if (found.history === to.history) return NOTHING_PLANNED;
      throw new AppError(
        'tag.exists',
        `Tag ${tag} of ${channel.name} is ${found.history} already.`,
      );
    }
    return { ...NOTHING_PLANNED, tags: [{ channel, tag, from: null, to }] };
  }

  private async remove(
    tx: Transaction,
    action: Action<'remove'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const { stream } = action;
    const { packages, selected } = await this.selectIn(tx, channel, action);
    return this.one(tx, { channel, stream, after: without(packages, selected) });
  }

  private async yank(
    tx: Transaction,
    action: Action<'yank'>,
    channels: Channels,
  ): Promise<PlannedChange> {
    const { mover, packages } = this.parts;
    const { selected } = await this.selectIn(tx, channelIn(channels, action.channel), action);
    const yanked = new Set(selected.map(({ id }) => id));
    const moves = [];
    for (const channel of channels.values()) {
      const older = await packages.predecessorsOf(tx, channel.id, [...yanked]);
      for (const { name: stream } of await this.parts.channels.streamsOf(tx, channel.id)) {
        const now = await mover.now(tx, channel.id, stream);
        if (!now.packages.some(({ id }) => yanked.has(id))) continue;
        const after = withdrawn(now.packages, yanked, older);
        moves.push(await mover.plan(tx, { channel, stream, after }, now));
      }
    }
    return { ...NOTHING_PLANNED, moves, yanked: selected };
  }

  private async pin(
    tx: Transaction,
    action: Action<'pin'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const { stream, at } = action;
    const { packages: held } = await this.selectIn(tx, channel, { ...action, packages: [] });
    const version = await findVersion(tx, channel, at ?? `stream/${stream}`);
    const there = await this.parts.versions.packagesOf(tx, version.id);
    const selected = selectOrThrow(there, action.packages, `${channel.name} ${at ?? stream}`);
    const pins = [{ channel, stream, keys: selected, isPinned: true }];
    if (at === undefined) return { ...NOTHING_PLANNED, pins };
    return { ...(await this.one(tx, { channel, stream, after: withPut(held, selected) })), pins };
  }

  private async unpin(
    tx: Transaction,
    action: Action<'unpin'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const { stream } = action;
    const pinned = await this.parts.pins.keysOf(tx, { channelId: channel.id, stream });
    const { selected } = await this.selectIn(tx, channel, action);
    const keys = selected.filter((item) => pinned.has(keyOf(item)));
    return { ...NOTHING_PLANNED, pins: [{ channel, stream, keys, isPinned: false }] };
  }

  private async lease(
    tx: Transaction,
    action: Action<'lease'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const version = await findVersion(tx, channel, action.version);
    const { holder, hours } = action;
    const endsAt = hours === 0 ? null : after(this.parts.clock.now(), Math.round(hours * HOUR_MS));
    return { ...NOTHING_PLANNED, leases: [{ channel, version, holder, endsAt }] };
  }

  private async configure(
    tx: Transaction,
    action: Action<'configure'>,
    channel: Channel,
  ): Promise<PlannedChange> {
    const before = await this.parts.policies.policyOf(tx, channel.id);
    for (const remote of action.policy.remotes ?? []) await this.refuseUnknownRemote(tx, remote);
    const after = channelPolicySchema.parse({
      ...before,
      ...action.policy,
      gate: { ...before.gate, ...action.policy.gate },
    });
    if (isDeepStrictEqual(before, after)) return NOTHING_PLANNED;
    return { ...NOTHING_PLANNED, policies: [{ channel, before, after }] };
  }

  private async refuseUnknownRemote(
    tx: Transaction,
    remote: { readonly channel: string; readonly version: string },
  ): Promise<void> {
    const channel = await this.parts.channels.find(tx, remote.channel);
    if (channel === undefined) {
      throw new AppError('channel.not-found', `There is no channel ${remote.channel}.`);
    }
    await findVersion(tx, channel, remote.version);
  }

  private async one(tx: Transaction, wish: StreamWish): Promise<PlannedChange> {
    return { ...NOTHING_PLANNED, moves: [await this.parts.mover.plan(tx, wish)] };
  }

  /** What a stream that must exist holds, and what the selectors name in it. */
  private async selectIn(
    tx: Transaction,
    channel: Channel,
    where: { readonly stream: string; readonly packages: readonly PackageSelector[] },
  ) {
    const version = await findVersion(tx, channel, `stream/${where.stream}`);
    const packages = await this.parts.versions.packagesOf(tx, version.id);
    const label = `${channel.name}/${where.stream}`;
    return { packages, selected: selectOrThrow(packages, where.packages, label) };
  }
}

function channelIn(channels: Channels, name: string): Channel {
  const channel = channels.get(name);
  invariant(channel !== undefined, 'every channel of an action is locked');
  return channel;
}

function uniqueTargets(targets: Action<'promote'>['to']): Action<'promote'>['to'] {
  return [...new Map(targets.map((item) => [`${item.channel}/${item.stream}`, item])).values()];
}

function selectOrThrow(
  packages: readonly PoolPackage[],
  selectors: readonly PackageSelector[],
  label: string,
): readonly PoolPackage[] {
  const { selected, unknown } = selectPackages(packages, selectors);
  refuseUnknown(
    unknown.map(({ name, architecture }) =>
      architecture === undefined ? name : `${name} (${architecture})`,
    ),
    label,
  );
  return selected;
}

function refuseUnknownSources(sources: readonly string[], packages: readonly PoolPackage[]): void {
  const known = new Set(packages.map(({ sourceId }) => sourceId));
  refuseUnknown(
    sources.filter((source) => !known.has(source)),
    'The version',
  );
}

function refuseUnknown(names: readonly string[], label: string): void {
  if (names.length === 0) return;
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ');
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : '';
  throw new AppError('package.not-found', `${label} has no ${shown}${more}.`);
}
