import type { Clock } from '@cairn/std';
import type { Transaction } from '../persistence/vessel-database.js';

/** A channel's row. */
export interface Channel {
  readonly id: number;
  readonly name: string;
  readonly architectures: readonly string[];
}

/** Where a stream points. */
export interface ChannelStream {
  readonly name: string;
  readonly versionId: number;
  readonly history: number;
}

/** Why a stream moved, for its record. */
export interface MoveReason {
  /** What was done, such as `publish` or `roll-back`. */
  readonly cause: string;
  /** Who wanted it; empty when it was vessel itself. */
  readonly account: string;
  readonly reason: string;
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

  async find(tx: Transaction, name: string): Promise<Channel | undefined> {
    const columns = { id: true, name: true, architectures: true } as const;
    return (await tx.channel.findUnique({ where: { name }, select: columns })) ?? undefined;
  }

  /** Locks the channel's row until the transaction ends. */
  async lock(tx: Transaction, name: string): Promise<Channel | undefined> {
    const rows = await tx.$queryRaw<Channel[]>`
      SELECT id, name, architectures FROM channel WHERE name = ${name} FOR UPDATE`;
    return rows[0];
  }

  async names(tx: Transaction): Promise<readonly string[]> {
    const rows = await tx.channel.findMany({ select: { name: true } });
    return rows.map(({ name }) => name);
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

  /** Points a stream to a version, making it when it is new, and keeps a record of it. */
  async moveStream(
    tx: Transaction,
    stream: {
      readonly channelId: number;
      readonly name: string;
      readonly version: { readonly id: number; readonly history: number };
      readonly why: MoveReason;
    },
  ): Promise<void> {
    const { channelId, name, version, why } = stream;
    const versionId = version.id;
    const movedAt = new Date(this.clock.now());
    await tx.stream.upsert({
      where: { channelId_name: { channelId, name } },
      create: { channelId, name, versionId, movedAt },
      update: { versionId, movedAt },
    });
    await tx.streamMove.create({
      data: { channelId, stream: name, history: version.history, movedAt, ...why },
    });
    await this.wantRootIndex(tx, channelId);
  }

  /** Where a stream pointed before: the last other version that is still listed. */
  async versionBefore(
    tx: Transaction,
    stream: { readonly channelId: number; readonly name: string; readonly history: number },
  ): Promise<number | undefined> {
    const rows = await tx.$queryRaw<{ history: bigint }[]>`
      SELECT m.history FROM stream_move m
      JOIN version v ON v.channel_id = m.channel_id AND v.history = m.history
      WHERE m.channel_id = ${stream.channelId} AND m.stream = ${stream.name}
        AND m.history < ${stream.history} AND v.retired_at IS NULL
      ORDER BY m.id DESC LIMIT 1`;
    return rows.map(({ history }) => Number(history))[0];
  }

  /** From the commit on the root index is out of date. */
  async wantRootIndex(tx: Transaction, channelId: number): Promise<void> {
    await tx.channel.update({
      where: { id: channelId },
      data: { rootWanted: { increment: 1 } },
    });
  }

  /** Where a tag points; undefined when there is none. */
  async tagged(
    tx: Transaction,
    channelId: number,
    name: string,
  ): Promise<{ readonly versionId: number; readonly history: number } | undefined> {
    const row = await tx.tag.findUnique({
      where: { channelId_name: { channelId, name } },
      select: { versionId: true, version: { select: { history: true } } },
    });
    if (row === null) return undefined;
    return { versionId: row.versionId, history: Number(row.version.history) };
  }

  async addTag(
    tx: Transaction,
    tag: { readonly channelId: number; readonly name: string; readonly versionId: number },
  ): Promise<void> {
    await tx.tag.create({ data: { ...tag, createdAt: new Date(this.clock.now()) } });
    await this.wantRootIndex(tx, tag.channelId);
  }

  async removeTag(tx: Transaction, channelId: number, name: string): Promise<void> {
    await tx.tag.delete({ where: { channelId_name: { channelId, name } } });
    await this.wantRootIndex(tx, channelId);
  }
}
