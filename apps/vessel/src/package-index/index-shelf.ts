import { DAY_MS, type Instant } from '@cairn/std';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Transaction, VesselDatabase } from '../persistence/vessel-database.js';
import { sideBySide } from '../pool/durable-files.js';
import type { ChannelLayout } from './channel-layout.js';
import { lockFiles } from './files-lock.js';
import type { VersionFiles } from './version-files.js';

/** How long the index files of a version lie there that no stream or tag names. */
const INDEX_AGE_MAX_DAYS = 30;
/** Indexes that are made at once; who asks for more waits. */
const MADE_AT_ONCE_MAX = 2;
const PUT_AWAY_TIMEOUT_MS = 120_000;

/** Which index a client asks for. */
export interface IndexPlace {
  readonly channel: string;
  readonly history: number;
  readonly architecture: string;
}

/**
 * Old versions are listed for ever where that is wanted, but their index files would fill the disk: they are put away
 * and made again, to the byte, when somebody asks.
 */
export class IndexShelf {
  private readonly underWay = new Map<string, Promise<boolean>>();

  constructor(
    private readonly db: VesselDatabase,
    private readonly parts: {
      readonly layout: ChannelLayout;
      readonly files: VersionFiles;
    },
  ) {}

  /** Makes the index file when its version is listed; whether it is there now. */
  async make(place: IndexPlace): Promise<boolean> {
    const path = this.pathOf(place);
    const running = this.underWay.get(path);
    if (running !== undefined) return running;
    while (this.underWay.size >= MADE_AT_ONCE_MAX) {
      await Promise.race([...this.underWay.values()].map((each) => each.catch(() => false)));
    }
    const made =
      this.underWay.get(path) ?? this.write(place).finally(() => this.underWay.delete(path));
    this.underWay.set(path, made);
    return made;
  }

  /** Removes the index files of old versions that nothing names; returns how many versions that were. */
  async putAway(now: Instant): Promise<number> {
    const before = new Date(now - INDEX_AGE_MAX_DAYS * DAY_MS);
    const channels = await this.db.client.channel.findMany({ select: { id: true, name: true } });
    let count = 0;
    for (const channel of channels) {
      count += await this.db.inTransaction((tx) => this.putAwayIn(tx, channel, before), {
        timeoutMs: PUT_AWAY_TIMEOUT_MS,
      });
    }
    return count;
  }

  /** Under the lock of those who write root indexes: a version that a stream comes to name keeps its files. */
  private async putAwayIn(
    tx: Transaction,
    channel: { readonly id: number; readonly name: string },
    before: Date,
  ): Promise<number> {
    await lockFiles(tx, channel.name);
    const versions = await tx.version.findMany({
      where: {
        channelId: channel.id,
        kind: 'published',
        filesWrittenAt: { not: null },
        // Readers on their way may still find those that have left the list.
        retiredAt: null,
        createdAt: { lt: before },
        streams: { none: {} },
        tags: { none: {} },
      },
      select: { history: true, architectures: true },
    });
    await sideBySide(versions, async ({ history, architectures }) => {
      for (const architecture of architectures) {
        const place = { channel: channel.name, history: Number(history), architecture };
        await rm(dirname(this.pathOf(place)), { recursive: true, force: true });
      }
    });
    return versions.length;
  }

  /** Also of versions that have left the list, as long as they exist; pruning one waits until its file is written. */
  private async write({ channel, history, architecture }: IndexPlace): Promise<boolean> {
    return this.db.inTransaction(async (tx) => {
      const [row] = await tx.$queryRaw<{ id: number }[]>`
        SELECT v.id FROM version v JOIN channel c ON c.id = v.channel_id
        WHERE c.name = ${channel} AND v.history = ${history} AND v.kind = 'published'
          AND v.files_written_at IS NOT NULL AND ${architecture} = ANY(v.architectures)
        FOR SHARE OF v`;
      if (row === undefined) return false;
      const version = { id: row.id, history, architectures: [architecture] };
      await this.parts.files.bringBack(tx, { name: channel }, version);
      return true;
    });
  }

  private pathOf({ channel, history, architecture }: IndexPlace): string {
    return this.parts.layout.packageIndex(channel, history, architecture);
  }
}

const INDEX_NAME = 'stone.index';

/** The index that a path asks for: `<channel>/history/<id>/<architecture>/stone.index`. */
export function indexPlaceOf(segments: readonly string[]): IndexPlace | undefined {
  const [channel, area, history, architecture, name, ...rest] = segments;
  if (channel === undefined || architecture === undefined || rest.length > 0) return undefined;
  if (area !== 'history' || name !== INDEX_NAME || !/^\d{1,15}$/.test(history ?? '')) {
    return undefined;
  }
  return { channel, history: Number(history), architecture };
}
