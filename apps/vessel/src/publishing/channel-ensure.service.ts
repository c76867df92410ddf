import { streamMoved } from '@cairn/contracts';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { DEFAULT_STREAM } from '../channels/domain/channel-identifiers.js';
import type { ChannelVersion, VersionStore } from '../channels/version.store.js';
import type { VesselOutboxStore } from '../outbox/outbox.store.js';
import type { ChannelFilesService } from '../package-index/channel-files.service.js';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';

/** What a channel is to have. */
interface ChannelWish {
  readonly channel: string;
  readonly architectures: readonly string[];
  /** Besides the default stream, which every channel has. */
  readonly streams?: readonly string[];
}

/** Makes channels, and gives them the architectures and streams they lack. */
export class ChannelEnsureService {
  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly channels: ChannelStore;
      readonly versions: VersionStore;
      readonly outbox: VesselOutboxStore;
      readonly files: ChannelFilesService;
    },
  ) {}

  /**
   * After this the channel has the streams, an index of each, empty or not, for each of the architectures, and its root
   * index. Returns the history that its default stream points to.
   */
  async ensure(request: ChannelWish): Promise<string> {
    const { channel, history } = await this.db.inTransaction((tx) => this.ensureRows(tx, request));
    await this.parts.files.complete(channel);
    return String(history);
  }

  private async ensureRows(
    tx: Transaction,
    request: ChannelWish,
  ): Promise<{ readonly channel: Channel; readonly history: number }> {
    const { channels } = this.parts;
    const channel = await channels.lockOrCreate(tx, request.channel);
    const architectures = [...new Set([...channel.architectures, ...request.architectures])].sort();
    const streams = await channels.streamsOf(tx, channel.id);
    const missing = missingStreams(streams, [DEFAULT_STREAM, ...(request.streams ?? [])]);
    const isWider = architectures.length > channel.architectures.length;
    if (isWider) await channels.setArchitectures(tx, channel.id, architectures);
    let history = streams.find(({ name }) => name === DEFAULT_STREAM)?.history ?? 0;
    for (const stream of [...(isWider ? streams : []), ...missing]) {
      const version = await this.parts.versions.append(tx, {
        channel,
        parentId: stream.versionId,
        kind: 'published',
        changeSetId: null,
        architectures,
        changes: [],
      });
      await this.pointTo(tx, { channel, stream: stream.name, version });
      if (stream.name === DEFAULT_STREAM) history = version.history;
    }
    return { channel, history };
  }

  private async pointTo(
    tx: Transaction,
    move: {
      readonly channel: Channel;
      readonly stream: string;
      readonly version: ChannelVersion;
    },
  ): Promise<void> {
    const { channel, stream, version } = move;
    await this.parts.channels.moveStream(tx, {
      channelId: channel.id,
      name: stream,
      version,
      why: { cause: 'ensure', account: '', reason: '' },
    });
    await this.parts.outbox.add(tx, {
      contract: streamMoved,
      body: { channel: channel.name, stream, history: String(version.history) },
      versionId: version.id,
    });
  }
}

function missingStreams(
  streams: readonly { readonly name: string }[],
  wanted: readonly string[],
): readonly { readonly name: string; readonly versionId: null }[] {
  const present = new Set(streams.map(({ name }) => name));
  return [...new Set(wanted)]
    .filter((name) => !present.has(name))
    .map((name) => ({ name, versionId: null }));
}
