import { ROOT_INDEX_NAME, rootIndexSchema } from '@cairn/contracts';
import { jsonOf, MIB } from '@cairn/std';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Channel } from '../channels/channel.store.js';
import { DEFAULT_STREAM } from '../channels/domain/channel-identifiers.js';
import type { Transaction } from '../persistence/vessel-database.js';
import type { Backup } from './backup.js';
import { readAddress } from './read-address.js';

const ROOT_INDEX_SIZE_BYTES_MAX = 32 * MIB;

type ChannelBackup = Backup['channels'][number];

/** Where the streams and tags of a channel point, and what else its row says. */
export type Pointers = Pick<ChannelBackup, 'streams' | 'tags'> &
  Partial<Pick<ChannelBackup, 'pins' | 'policy' | 'lastHistory' | 'rootSerial'>>;

/** Streams and tags as the root index in a channel's folder has them; undefined when there is no good one. */
export async function pointersOnDisk(channelDir: string): Promise<Pointers | undefined> {
  const url = pathToFileURL(join(channelDir, ROOT_INDEX_NAME));
  const bytes = await readAddress(url, ROOT_INDEX_SIZE_BYTES_MAX).catch(() => Buffer.of());
  const root = rootIndexSchema.safeParse(jsonOf(bytes));
  if (!root.success) return undefined;
  // The order there is that of the moves, the last first; its times are not known.
  const streams = Object.entries(root.data.streams).map(([name, { history }], at) => ({
    name,
    history: Number(history),
    movedAt: Date.now() - at,
  }));
  const tags = Object.entries(root.data.tags).map(([name, { history }], at) => ({
    name,
    history: Number(history),
    createdAt: Date.now() - at,
  }));
  return { streams, tags };
}

/**
 * The pointers of the backup, unless the folder was published to after it: then those of its root index, for clients
 * must not go back. The number of the root index never falls below one that was seen.
 */
export function choosePointers(given: {
  readonly saved: ChannelBackup | undefined;
  readonly onDisk: Pointers | undefined;
  /** The highest number in the signature that lies in the folder. */
  readonly serialSeen: number;
  /** The highest history in the folder. */
  readonly newest: number;
}): Pointers {
  const { saved, onDisk, serialSeen, newest } = given;
  const { rootSerial = 0, lastHistory = 0 } = saved ?? {};
  const isFolderNewer = serialSeen > rootSerial || newest > lastHistory;
  return {
    streams: [],
    tags: [],
    ...saved,
    ...(isFolderNewer ? onDisk : undefined),
    rootSerial: Math.max(rootSerial, serialSeen),
  };
}

/** Writes the pointers of a restored channel; returns a sentence for each that pointed to a version which is not there. */
export async function restorePointers(
  tx: Transaction,
  channel: Channel,
  given: {
    readonly pointers: Pointers;
    /** The row of each restored version, by history. */
    readonly idOf: ReadonlyMap<number, number>;
  },
): Promise<readonly string[]> {
  const { pointers, idOf } = given;
  const channelId = channel.id;
  const problems: string[] = [];
  const rowOf = (name: string, history: number) => {
    const versionId = idOf.get(history);
    if (versionId === undefined) {
      problems.push(`${channel.name}/${name} pointed to ${history}, which is not there.`);
    }
    return versionId;
  };
  const streams = pointers.streams.filter(({ name, history }) => rowOf(name, history));
  const newest = Math.max(...idOf.keys());
  if (idOf.size > 0 && !streams.some(({ name }) => name === DEFAULT_STREAM)) {
    problems.push(`${channel.name}/${DEFAULT_STREAM} points to ${newest} now, the newest.`);
    streams.push({ name: DEFAULT_STREAM, history: newest, movedAt: Date.now() });
  }
  for (const { name, history, movedAt } of streams) {
    const versionId = idOf.get(history);
    if (versionId === undefined) continue;
    const moved = { channelId, movedAt: new Date(movedAt) };
    await tx.stream.create({ data: { ...moved, name, versionId } });
    const why = { cause: 'restore', account: '', reason: '' };
    await tx.streamMove.create({ data: { ...moved, stream: name, history, ...why } });
  }
  for (const { name, history, createdAt } of pointers.tags) {
    const versionId = rowOf(name, history);
    if (versionId === undefined) continue;
    await tx.tag.create({ data: { channelId, name, versionId, createdAt: new Date(createdAt) } });
  }
  for (const { pinnedAt, ...pin } of pointers.pins ?? []) {
    await tx.streamPin.create({ data: { channelId, ...pin, pinnedAt: new Date(pinnedAt) } });
  }
  const { policy } = pointers;
  await tx.channel.update({
    where: { id: channelId },
    data: {
      lastHistory: Math.max(pointers.lastHistory ?? 0, ...idOf.keys()),
      // Clients have seen that number; the next one is higher.
      rootWanted: (pointers.rootSerial ?? 0) + 1,
      rootWritten: 0,
      ...(policy === undefined ? {} : { policy }),
    },
  });
  return problems;
}
