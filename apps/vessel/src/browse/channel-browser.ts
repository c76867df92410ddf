import {
  architectureSchema,
  CHANNEL_TAGS_LISTED_MAX,
  CHANNEL_VERSIONS_LISTED_MAX,
  type ChannelView,
  type Difference,
  type RequestOf,
  type versionDifference,
} from '@cairn/contracts';
import { changedPackages } from '../channels/domain/stream-contents.js';
import type { VersionStore } from '../channels/version.store.js';
import type { VesselDatabase } from '../persistence/vessel-database.js';
import { differenceView } from '../publishing/domain/plan-view.js';
import { readBriefly } from './package-rows.js';
import type { VersionReader } from './version-reader.js';

/** What channels there are, and how their versions differ. */
export class ChannelBrowser {
  constructor(
    private readonly db: VesselDatabase,
    private readonly reader: VersionReader,
    private readonly versions: VersionStore,
    /** Base URL of the public folder, without a slash at its end. */
    private readonly publicUrl: string,
  ) {}

  async channels(): Promise<{ repositoryUrl: string; channels: ChannelView[] }> {
    const rows = await this.db.client.channel.findMany({
      orderBy: { name: 'asc' },
      select: {
        name: true,
        architectures: true,
        streams: {
          orderBy: { name: 'asc' },
          select: { name: true, version: { select: { history: true, packageCount: true } } },
        },
        tags: {
          orderBy: [{ createdAt: 'desc' }, { name: 'asc' }],
          take: CHANNEL_TAGS_LISTED_MAX,
          select: { name: true, version: { select: { history: true } } },
        },
        versions: {
          where: { kind: 'published', filesWrittenAt: { not: null }, retiredAt: null },
          orderBy: { history: 'desc' },
          take: CHANNEL_VERSIONS_LISTED_MAX,
          select: { history: true, createdAt: true, packageCount: true },
        },
      },
    });
    const channels = rows.map(({ name, architectures, streams, tags, versions }) => ({
      name,
      architectures: architectures.map((text) => architectureSchema.parse(text)),
      streams: streams.map((stream) => ({
        name: stream.name,
        history: String(stream.version.history),
        packageCount: stream.version.packageCount,
      })),
      tags: tags.map((tag) => ({ name: tag.name, history: String(tag.version.history) })),
      versions: versions.map(({ history, createdAt, packageCount }) => ({
        history: String(history),
        createdAt: createdAt.getTime(),
        packageCount,
      })),
    }));
    return { repositoryUrl: this.publicUrl, channels };
  }

  /** What differs between two versions. Throws `version.not-found`. */
  async difference(query: RequestOf<typeof versionDifference>): Promise<Difference> {
    const { channel } = query;
    return readBriefly(this.db, async (tx) => {
      const from = await this.reader.find(tx, { channel, version: query.from });
      const to = await this.reader.find(tx, { channel, version: query.to });
      const before = await this.versions.packagesOf(tx, from.version.id);
      const after = await this.versions.packagesOf(tx, to.version.id);
      return differenceView(changedPackages(before, after));
    });
  }
}
