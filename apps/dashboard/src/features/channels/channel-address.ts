import { type ChannelView } from '@cairn/contracts';

/** What the page's address says about channel, version, search and page. */
export interface ChannelAddress {
  readonly channel: string | undefined;
  readonly version: string | undefined;
  readonly search: string | undefined;
  readonly offset: number;
}

const VERSION = /^(?:stream|history)\/[a-zA-Z0-9][a-zA-Z0-9-]*$/;
const SEARCH_LENGTH_MAX = 200;

/** Reads the page's address; what makes no sense is left out. */
export function addressOf(params: URLSearchParams): ChannelAddress {
  const version = params.get('version') ?? '';
  const search = (params.get('search') ?? '').trim().slice(0, SEARCH_LENGTH_MAX);
  const offset = Number(params.get('offset'));
  return {
    channel: params.get('channel') ?? undefined,
    version: VERSION.test(version) ? version : undefined,
    search: search === '' ? undefined : search,
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  };
}

/** The address of a view of a channel. */
export function paramsOf(address: ChannelAddress): URLSearchParams {
  const params = new URLSearchParams();
  if (address.channel !== undefined) params.set('channel', address.channel);
  if (address.version !== undefined) params.set('version', address.version);
  if (address.search !== undefined) params.set('search', address.search);
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
