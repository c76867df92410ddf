import { AppError, channelList } from '@cairn/contracts';
import { decodeIndex, type Codec, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { LOGGER, type Logger } from '../logger.js';
import { SummitDatabase } from '../persistence/summit-database.js';
import { VESSEL, type VesselGateway } from './vessel.gateway.js';

/** Largest package index that is fetched. */
const INDEX_SIZE_BYTES_MAX = 256 * 1_048_576;
const FETCH_TIMEOUT_MS = 30_000;
/** How long the index of a repository that is not ours is believed. */
const REMOTE_AGE_MAX_MS = 5 * 60_000;
/** Indexes kept in memory. */
const INDEXES_KEPT_MAX = 64;

/** The packages of one version of a repository. */
export interface PublishedIndex {
  readonly url: string;
  readonly packages: readonly StonePackage[];
}

/** Reads package indexes: those of our channels by their immutable history, those of others by URL, with memory. */
@Injectable()
export class PublishedIndexes {
  private readonly kept = new Map<
    string,
    { readonly index: PublishedIndex; readonly at: number }
  >();
  private readonly underWay = new Map<string, Promise<PublishedIndex>>();
  private codec: Promise<Codec> | null = null;
  private repositoryUrl: string | null = null;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(VESSEL) private readonly vessel: VesselGateway,
    private readonly database: SummitDatabase,
  ) {}

  /** The history to which a stream of a channel points, as far as vessel has told us. */
  async historyOf(channel: string, stream: string): Promise<string | null> {
    const row = await this.database.client.channelStream.findUnique({
      where: { channel_stream: { channel, stream } },
    });
    return row?.history ?? null;
  }

  /** URL of the index of one version of a channel for an architecture. */
  async indexUrl(channel: string, history: string, architecture: string): Promise<string> {
    return new URL(
      `${channel}/history/${history}/${architecture}/stone.index`,
      await this.baseUrl(),
    ).href;
  }

  /** Where vessel serves its channels, ending in `/`. */
  async baseUrl(): Promise<string> {
    if (this.repositoryUrl === null) {
      const { repositoryUrl } = await this.vessel.request(channelList, {});
      this.repositoryUrl = repositoryUrl.endsWith('/') ? repositoryUrl : `${repositoryUrl}/`;
    }
    return this.repositoryUrl;
  }

  /** What a stream of ours holds now; an empty list before anything is published. */
  async ofStream(
    channel: string,
    stream: string,
    architecture: string,
  ): Promise<readonly StonePackage[]> {
    const history = await this.historyOf(channel, stream);
    if (history === null) return [];
    return (await this.read(await this.indexUrl(channel, history, architecture), Infinity))
      .packages;
  }

  /** What another repository holds; an old answer is better than none while it cannot be reached. */
  async ofRemote(url: string): Promise<readonly StonePackage[]> {
    const known = this.kept.get(url);
    try {
      return (await this.read(url, REMOTE_AGE_MAX_MS)).packages;
    } catch (error) {
      if (known === undefined) throw error;
      this.log.warn({ err: error, url }, 'Remote index not refreshed');
      return known.index.packages;
    }
  }

  private async read(url: string, ageMaxMs: number): Promise<PublishedIndex> {
    const known = this.kept.get(url);
    if (known !== undefined && this.clock.now() - known.at <= ageMaxMs) return known.index;
    const running =
      this.underWay.get(url) ?? this.fetch(url).finally(() => this.underWay.delete(url));
    this.underWay.set(url, running);
    return running;
  }

  private async fetch(url: string): Promise<PublishedIndex> {
    const bytes = await download(url);
    const decoded = decodeIndex(bytes, await (this.codec ??= loadCodec()));
    if (!decoded.ok)
      throw new AppError(
        'stone.invalid',
        `The index at ${url} cannot be read: ${decoded.error.message}`,
        { code: decoded.error.code },
      );
    const index = { url, packages: decoded.value };
    this.kept.delete(url);
    this.kept.set(url, { index, at: this.clock.now() });
    const [oldest] = this.kept.keys();
    if (this.kept.size > INDEXES_KEPT_MAX && oldest !== undefined) this.kept.delete(oldest);
    return index;
  }
}

async function download(url: string): Promise<Uint8Array> {
  const fail = (message: string, cause?: unknown) =>
    new AppError('peer.unreachable', `${url}: ${message}`, {}, { cause });
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  } catch (cause) {
    throw fail('cannot be reached', cause);
  }
  if (!response.ok || response.body === null) throw fail(`answered ${response.status}`);
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of response.body as AsyncIterable<Uint8Array>) {
    sizeBytes += part.byteLength;
    if (sizeBytes > INDEX_SIZE_BYTES_MAX) throw fail('is larger than an index may be');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
