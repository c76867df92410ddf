import type { Transaction } from '../persistence/vessel-database.js';
import type { RootIndexFacts } from './root-index.js';

/** What the root index of a channel must list. */
export class RootIndexStore {
  /** How many changes the root index was to have, and how many its file has. */
  async changes(
    tx: Transaction,
    channelId: number,
  ): Promise<{ readonly wanted: number; readonly written: number }> {
    const { rootWanted, rootWritten } = await tx.channel.findUniqueOrThrow({
      where: { id: channelId },
      select: { rootWanted: true, rootWritten: true },
    });
    return { wanted: rootWanted, written: rootWritten };
  }

  async noteWritten(tx: Transaction, channelId: number, wanted: number): Promise<void> {
    await tx.channel.update({ where: { id: channelId }, data: { rootWritten: wanted } });
  }

  /** The facts, or undefined while a stream or tag points to a version whose files are still to be written. */
  async facts(tx: Transaction, channelId: number): Promise<RootIndexFacts | undefined> {
    const pointed = { select: { history: true, filesWrittenAt: true } } as const;
    const streams = await tx.stream.findMany({
      where: { channelId },
      select: { name: true, version: pointed },
      orderBy: [{ movedAt: 'desc' }, { name: 'asc' }],
    });
    const tags = await tx.tag.findMany({
      where: { channelId },
      select: { name: true, version: pointed },
      orderBy: [{ createdAt: 'desc' }, { name: 'asc' }],
    });
    if ([...streams, ...tags].some(({ version }) => version.filesWrittenAt === null))
      return undefined;
    const versions = await tx.version.findMany({
      where: { channelId, kind: 'published', filesWrittenAt: { not: null }, retiredAt: null },
      select: { history: true },
      orderBy: { history: 'desc' },
    });
    const pointers = (rows: typeof streams) =>
      rows.map(({ name, version }) => ({ name, history: String(version.history) }));
    return {
      streams: pointers(streams),
      tags: pointers(tags),
      histories: versions.map(({ history }) => String(history)),
    };
  }
}
