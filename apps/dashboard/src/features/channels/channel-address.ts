import { type ChannelView, PACKAGE_SEARCHES, type PackageSearch } from '@cairn/contracts';
import { offsetIn, textIn, versionIn } from '../../components/channel-paths.js';

/** What the page's address says about channel, version, search and page. */
export interface ChannelAddress {
  readonly channel: string | undefined;
  readonly version: string | undefined;
  readonly search: string | undefined;
  readonly by: PackageSearch;
  readonly offset: number;
}

/** Reads the page's address; what makes no sense is left out. */
export function addressOf(params: URLSearchParams): ChannelAddress {
  return {
    channel: params.get('channel') ?? undefined,
    version: versionIn(params, 'version'),
    search: textIn(params, 'search'),
    by: PACKAGE_SEARCHES.find((each) => each === params.get('by')) ?? 'text',
    offset: offsetIn(params),
  };
}

/** The address of a view of a channel. */
export function paramsOf(address: ChannelAddress): URLSearchParams {
  const params = new URLSearchParams();
  if (address.channel !== undefined) params.set('channel', address.channel);
  if (address.version !== undefined) params.set('version', address.version);
  if (address.search !== undefined) params.set('search', address.search);
  if (address.by !== 'text') params.set('by', address.by);
  if (address.offset > 0) params.set('offset', String(address.offset));
  return params;
}

/** The version to show first: the volatile stream, else the first stream, else the newest version. */
export function firstVersionOf(channel: ChannelView): string | undefined {
  const stream = channel.streams.find(({ name }) => name === 'volatile') ?? channel.streams[0];
  if (stream) return `stream/${stream.name}`;
  const newest = channel.versions[0];
  return newest && `history/${newest.history}`;
}

interface MossLineOptions {
  readonly repositoryUrl: string;
  readonly channel: string;
  readonly version: string;
  readonly architecture: string;
}

/** The command that makes a client install from a version of a channel. */
export function mossLine(options: MossLineOptions): string {
  const { repositoryUrl, channel, version, architecture } = options;
  const place = `channel=${channel},version=${version},arch=${architecture}`;
  return `moss repo add cairn-${channel} ${repositoryUrl} --root-index ${place}`;
}
