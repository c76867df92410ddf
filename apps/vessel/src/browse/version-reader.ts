import { AppError } from '@cairn/contracts';
import type { Channel, ChannelStore } from '../channels/channel.store.js';
import { findVersion, type FoundVersion } from '../channels/find-version.js';
import type { VersionStore } from '../channels/version.store.js';
import type { Transaction } from '../persistence/vessel-database.js';

/** A version of a channel as a reader named it. */
export interface ReadVersion {
  readonly channel: Channel;
  readonly version: FoundVersion;
}

/** Finds versions for readers. */
export class VersionReader {
  constructor(
    private readonly channels: ChannelStore,
    private readonly versions: VersionStore,
  ) {}

  /** Throws `channel.not-found`. */
  async channel(tx: Transaction, name: string): Promise<Channel> {
    const channel = await this.channels.find(tx, name);
    if (channel === undefined) {
      throw new AppError('channel.not-found', `There is no channel ${name}.`);
    }
    return channel;
  }

  /** Throws `channel.not-found` and `version.not-found`. */
  async find(
    tx: Transaction,
    query: { readonly channel: string; readonly version: string },
  ): Promise<ReadVersion> {
    const channel = await this.channel(tx, query.channel);
    return { channel, version: await findVersion(tx, channel, query.version) };
  }

  /** The row ids of the packages of a published version; readers come back to few versions, so they stay in memory. */
  async packageIds(tx: Transaction, version: FoundVersion): Promise<readonly number[]> {
    const ids = await this.versions.packageIdsOf(tx, version.id);
    this.versions.remember(version.id, ids);
    return ids;
  }
}
