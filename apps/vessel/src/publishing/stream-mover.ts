import { AppError, streamMoved } from '@cairn/contracts';
import type { ChannelStore, MoveReason } from '../channels/channel.store.js';
import { changedPackages, toVersionChanges } from '../channels/domain/stream-contents.js';
import type { PinStore } from '../channels/pin.store.js';
import type { VersionStore } from '../channels/version.store.js';
import type { GateService } from '../gate/gate.service.js';
import type { VesselOutboxStore } from '../outbox/outbox.store.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { PackageStore } from '../pool/package.store.js';
import type { StreamMove, StreamNow, StreamWish, VersionId } from './domain/planned-change.js';
import { checkStreamChange } from './domain/stream-guards.js';

/** The one place where streams come to point elsewhere. */
export class StreamMover {
  constructor(
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly packages: PackageStore;
      readonly pins: PinStore;
      readonly gate: GateService;
      readonly outbox: VesselOutboxStore;
    },
  ) {}

  async now(tx: Transaction, channelId: number, name: string): Promise<StreamNow> {
    const streams = await this.parts.channels.streamsOf(tx, channelId);
    const found = streams.find((stream) => stream.name === name);
    if (found === undefined) return { versionId: null, history: null, packages: [] };
    const { versionId, history } = found;
    return { versionId, history, packages: await this.parts.versions.packagesOf(tx, versionId) };
  }

  /** Compares the wish with what is there. Throws the code of the first rule that it breaks. */
  async plan(tx: Transaction, wish: StreamWish, now?: StreamNow): Promise<StreamMove> {
    const { channel, stream, after } = wish;
    const before = now ?? (await this.now(tx, channel.id, stream));
    const changed = changedPackages(before.packages, after);
    const put = changed.flatMap((item) => (item.after === undefined ? [] : [item.after.id]));
    const refusal = checkStreamChange({
      label: `${channel.name}/${stream}`,
      after,
      changed,
      pinned: await this.parts.pins.keysOf(tx, { channelId: channel.id, stream }),
      yanked: await this.parts.packages.yankedAmong(tx, put),
    });
    if (refusal !== undefined) throw new AppError(refusal.code, refusal.message);
    const { packages } = before;
    const gated = { channel, stream, before: packages, after, changed };
    const findings = await this.parts.gate.inspect(tx, gated);
    return { ...wish, now: before, changed, findings };
  }

  /**
   * Carries the move out in the transaction and returns where the stream then points; a stream that holds what it shall
   * hold already stays where it is. Files and announcements follow the commit.
   */
  async commit(
    tx: Transaction,
    move: StreamMove,
    why: MoveReason & { readonly changeSetId?: string },
  ): Promise<VersionId> {
    const { channel, stream, now } = move;
    refuseBlocked(move);
    const { changeSetId = null, ...reason } = why;
    if (now.versionId !== null && now.history !== null) {
      const isThere =
        move.version === undefined ? move.changed.length === 0 : move.version.id === now.versionId;
      if (isThere) return { id: now.versionId, history: now.history };
    }
    const version = move.version ?? (await this.append(tx, move, changeSetId));
    const channelId = channel.id;
    await this.parts.channels.moveStream(tx, { channelId, name: stream, version, why: reason });
    await this.parts.outbox.add(tx, {
      contract: streamMoved,
      body: { channel: channel.name, stream, history: String(version.history) },
      versionId: version.id,
    });
    return version;
  }

  private async append(tx: Transaction, move: StreamMove, changeSetId: string | null) {
    const { channel, now, changed } = move;
    const put = changed.flatMap(({ after }) => after ?? []);
    const taken = await this.parts.packages.claimPaths(tx, channel.id, put);
    if (taken !== undefined) {
      const message = `Other bytes (${taken.sha256}) lie at ${taken.path} of ${channel.name} already.`;
      throw new AppError('pool.path-taken', message);
    }
    const { versions } = this.parts;
    const version = await versions.append(tx, {
      channel,
      parentId: now.versionId,
      kind: 'published',
      changeSetId,
      architectures: channel.architectures,
      changes: toVersionChanges(changed),
    });
    // Its files are written next. No other version gets this id, even if the transaction comes to nothing.
    versions.remember(
      version.id,
      move.after.map(({ id }) => id),
    );
    return version;
  }
}

const FINDINGS_TOLD_MAX = 3;

function refuseBlocked({ findings }: StreamMove): void {
  const blocking = findings.filter(({ level }) => level === 'block');
  if (blocking.length === 0) return;
  const told = blocking.slice(0, FINDINGS_TOLD_MAX).map(({ message }) => message);
  const more = blocking.length - told.length;
  const message = `The gate refuses this: ${told.join(' ')}${more > 0 ? ` And ${more} more.` : ''}`;
  throw new AppError('gate.blocked', message);
}
