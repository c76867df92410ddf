import type { Clock } from '@cairn/std';
import type { Transaction } from '../persistence/vessel-database.js';

/** A channel's row. */
export interface Channel {
  readonly id: number;
  readonly name: string;
  readonly architectures: readonly string[];
  readonly lastHistory: number;
}

/** Where a stream points. */
export interface ChannelStream {
  readonly name: string;
  readonly versionId: number;
  readonly history: number;
}

interface ChannelRow {
  readonly id: number;
  readonly name: string;
  readonly architectures: string[];
  readonly last_history: bigint;
}

/** Channels and what points into them. */
export class ChannelStore {
  constructor(private readonly clock: Clock) {}

  /** Makes the channel when it is missing and locks its row: one writer per channel at a time. */
  async lockOrCreate(tx: Transaction, name: string): Promise<Channel> {
    await tx.channel.createMany({ data: [{ name, architectures: [] }], skipDuplicates: true });
    const channel = await this.lock(tx, name);
    if (channel === undefined) throw new Error(`Channel ${name} vanished.`);
    return channel;
  }

  /** Locks the channel's row until the transaction ends. */
  async lock(tx: Transaction, name: string): Promise<Channel | undefined> {
    const rows = await tx.$queryRaw<ChannelRow[]>`
      SELECT id, name, architectures, last_history FROM channel WHERE name = ${name} FOR UPDATE`;
    return rows.map(toChannel)[0];
  }

  async setArchitectures(
    tx: Transaction,
    channelId: number,
    architectures: readonly string[],
  ): Promise<void> {
    await tx.channel.update({
      where: { id: channelId },
      data: { architectures: [...architectures] },
    });
  }

  async streamsOf(tx: Transaction, channelId: number): Promise<readonly ChannelStream[]> {
    const rows = await tx.stream.findMany({
      where: { channelId },
      select: { name: true, versionId: true, version: { select: { history: true } } },
      orderBy: { name: 'asc' },
    });
    return rows.map(({ name, versionId, version }) => ({
      name,
      versionId,
      history: Number(version.history),
    }));
  }

  /** Points a stream to a version, making it when it is new. */
  async moveStream(
    tx: Transaction,
    stream: { readonly channelId: number; readonly name: string; readonly versionId: number },
  ): Promise<void> {
    const { channelId, name, versionId } = stream;
    const movedAt = new Date(this.clock.now());
    await tx.stream.upsert({
      where: { channelId_name: { channelId, name } },
      create: { channelId, name, versionId, movedAt },
      update: { versionId, movedAt },
    });
  }
}

function toChannel(row: ChannelRow): Channel {
  return {
    id: row.id,
    name: row.name,
    architectures: row.architectures,
    lastHistory: Number(row.last_history),
  };
}
