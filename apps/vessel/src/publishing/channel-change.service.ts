import {
  AppError,
  type ChannelAction,
  type ChannelChange,
  type ChannelPlan,
} from '@cairn/contracts';
import type { Clock } from '@cairn/std';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import type { PinStore } from '../channels/pin.store.js';
import type { PolicyStore } from '../channels/policy.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import type { PackageStore } from '../pool/package.store.js';
import type { ActionPlanner } from './action-planner.js';
import type { ChangeStore } from './change.store.js';
import { channelsOf } from './domain/change-outline.js';
import type { PlannedChange } from './domain/planned-change.js';
import { planView } from './domain/plan-view.js';
import type { StreamMover } from './stream-mover.js';

const CHANGE_TIMEOUT_MS = 50_000;

/** What people do to channels: one commit over all of them, or a dry run of it; the files follow. */
export class ChannelChangeService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly packages: PackageStore;
      readonly pins: PinStore;
      readonly policies: PolicyStore;
      readonly changes: ChangeStore;
      readonly planner: ActionPlanner;
      readonly mover: StreamMover;
      readonly files: ChannelFilesService;
      readonly clock: Clock;
    },
  ) {}

  /** Makes the change unless it is a dry run or was made before. Returns when clients can see it. */
  async change(request: ChannelChange & { readonly account: string }): Promise<ChannelPlan> {
    const { plan, channels } = await this.db.inTransaction((tx) => this.decide(tx, request), {
      timeoutMs: CHANGE_TIMEOUT_MS,
    });
    await Promise.all(channels.map((channel) => this.parts.files.complete(channel)));
    return plan;
  }

  private async decide(
    tx: Transaction,
    request: ChannelChange & { readonly account: string },
  ): Promise<{ readonly plan: ChannelPlan; readonly channels: readonly Channel[] }> {
    const { changes, planner } = this.parts;
    const { changeId, action, isDryRun, basis } = request;
    const made = await changes.find(tx, changeId);
    if (made !== undefined && !isDryRun) return { plan: made, channels: [] };
    const channels = await this.lockAll(tx, await this.channelsTouched(tx, action));
    const planned = await planner.plan(tx, action, channels);
    refuseMoved(planned, basis);
    if (isDryRun) return { plan: planView(changeId, planned), channels: [] };
    const versions = await this.commit(tx, planned, request);
    const plan = planView(changeId, planned, versions);
    await changes.add(tx, plan, request.account);
    return { plan, channels: [...channels.values()] };
  }

  /** A withdrawn package leaves every channel that has it. */
  private async channelsTouched(
    tx: Transaction,
    action: ChannelAction,
  ): Promise<readonly string[]> {
    const names = channelsOf(action);
    if (action.kind !== 'yank') return names;
    return [...new Set([...names, ...(await this.parts.channels.names(tx))])].sort();
  }

  private async lockAll(
    tx: Transaction,
    names: readonly string[],
  ): Promise<ReadonlyMap<string, Channel>> {
    const locked = new Map<string, Channel>();
    for (const name of names) {
      const channel = await this.parts.channels.lock(tx, name);
      if (channel === undefined) {
        throw new AppError('channel.not-found', `There is no channel ${name}.`);
      }
      locked.set(name, channel);
    }
    return locked;
  }

  /** The histories that the streams point to afterwards, in the order of the plan. */
  private async commit(
    tx: Transaction,
    planned: PlannedChange,
    request: ChannelChange & { readonly account: string },
  ): Promise<readonly number[]> {
    const { channels, packages, pins, policies, mover, clock } = this.parts;
    const { account, reason, action } = request;
    const yankedAt = new Date(clock.now());
    const hashes = planned.yanked.map(({ sha256 }) => sha256);
    await packages.yank(tx, hashes, { account, reason, yankedAt });
    const histories: number[] = [];
    for (const move of planned.moves) {
      const why = { cause: action.kind, account, reason };
      histories.push((await mover.commit(tx, move, why)).history);
    }
    for (const { channel, tag, from, to } of planned.tags) {
      if (from !== null) await channels.removeTag(tx, channel.id, tag);
      if (to !== null) {
        await channels.addTag(tx, { channelId: channel.id, name: tag, versionId: to.id });
      }
    }
    for (const { channel, stream, keys, isPinned } of planned.pins) {
      const where = { channelId: channel.id, stream };
      if (isPinned) await pins.add(tx, where, { keys, account, reason });
      else await pins.remove(tx, where, keys);
    }
    for (const { version, holder, endsAt } of planned.leases) {
      await policies.setLease(tx, { versionId: version.id, holder, endsAt });
    }
    for (const { channel, after } of planned.policies) {
      await policies.setPolicy(tx, channel.id, after);
    }
    return histories;
  }
}

function refuseMoved(planned: PlannedChange, basis: ChannelChange['basis']): void {
  for (const { channel, stream, history } of basis ?? []) {
    const move = planned.moves.find(
      (item) => item.channel.name === channel && item.stream === stream,
    );
    const now = move === undefined || move.now.history === null ? null : String(move.now.history);
    if (move === undefined || now === history) continue;
    throw new AppError(
      'channel.moved',
      `${channel}/${stream} points to ${now ?? 'nothing'} now, no longer to ${history ?? 'nothing'}.`,
    );
  }
}
