import { DAY_MS, type Instant } from '@cairn/std';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { VersionStore } from '../channels/version.store.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import { sideBySide } from '../pool/durable-files.js';
import type { ChannelLayout } from './channel-layout.js';
import type { VersionFiles } from './version-files.js';

/** How long the index files of a version lie there that no stream or tag names. */
const INDEX_AGE_MAX_DAYS = 30;
/** Indexes that are made at once; who asks for more waits. */
const MADE_AT_ONCE_MAX = 2;

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
      readonly versions: VersionStore;
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
    const versions = await this.db.client.version.findMany({
      where: {
        kind: 'published',
        filesWrittenAt: { not: null },
        createdAt: { lt: new Date(now - INDEX_AGE_MAX_DAYS * DAY_MS) },
        streams: { none: {} },
        tags: { none: {} },
      },
      select: { history: true, architectures: true, channel: { select: { name: true } } },
    });
    await sideBySide(versions, async ({ history, architectures, channel }) => {
      for (const architecture of architectures) {
        const place = { channel: channel.name, history: Number(history), architecture };
        await rm(dirname(this.pathOf(place)), { recursive: true, force: true });
      }
    });
    return versions.length;
  }

  private async write({ channel, history, architecture }: IndexPlace): Promise<boolean> {
    const row = await this.db.client.version.findFirst({
      where: {
        channel: { name: channel },
        history,
        kind: 'published',
        retiredAt: null,
        filesWrittenAt: { not: null },
        architectures: { has: architecture },
      },
      select: { id: true },
    });
    if (row === null) return false;
    const packages = await this.parts.versions.packagesOf(this.db.client, row.id);
    const held = packages.filter((item) => item.architecture === architecture);
    const path = this.parts.layout.packageIndex(channel, history, architecture);
    await this.parts.files.writeIndex(this.db.client, path, held);
    return true;
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
