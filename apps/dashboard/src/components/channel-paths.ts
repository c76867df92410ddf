import { SEARCH_LENGTH_MAX, versionReferenceSchema } from '@cairn/contracts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** Which package, as the address of its page says it. */
export interface PackagePlace {
  readonly channel: string;
  readonly name: string;
  /** `stream/<name>`, `tag/<name>` or `history/<id>`. */
  readonly version: string;
  readonly architecture?: string | undefined;
}

/** A version out of an address; undefined when it makes no sense. */
export function versionIn(params: URLSearchParams, name: string): string | undefined {
  return versionReferenceSchema.safeParse(params.get(name)).data;
}

/** How many rows of a list an address skips. */
export function offsetIn(params: URLSearchParams): number {
  const offset = Number(params.get('offset'));
  return Number.isSafeInteger(offset) && offset > 0 ? offset : 0;
}

/** A text out of an address, short enough for a search; undefined when it is blank. */
export function textIn(
  params: URLSearchParams,
  name: string,
  lengthMax = SEARCH_LENGTH_MAX,
): string | undefined {
  const text = (params.get(name) ?? '').trim().slice(0, lengthMax);
  return text === '' ? undefined : text;
}

/** The list of packages of a version; without one the page proposes some. */
export function packagesPath(channel: string, version?: string): string {
  return withQuery('/channels', { channel, version });
}

/** `view` names a part of the page that is not the first. */
export function packagePath(place: PackagePlace, view?: string): string {
  const { channel, name, version, architecture } = place;
  const path = `/channels/${encodeURIComponent(channel)}/packages/${encodeURIComponent(name)}`;
  return withQuery(path, { version, architecture, view });
}

export function capabilityPath(place: {
  readonly channel: string;
  readonly capability: string;
  readonly version: string;
}): string {
  const { channel, capability, version } = place;
  const path = `/channels/${encodeURIComponent(channel)}/capabilities`;
  return withQuery(path, { capability, version });
}

/** The versions of a channel over time. */
export function versionsPath(channel: string, before?: string): string {
  return withQuery(`/channels/${encodeURIComponent(channel)}/versions`, { before });
}

/** What differs between two versions; without them the page proposes some. */
export function differencePath(channel: string, from?: string, to?: string): string {
  return withQuery(`/channels/${encodeURIComponent(channel)}/difference`, { from, to });
}

function withQuery(path: string, query: Query): string {
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  const text = new URLSearchParams(pairs).toString();
  return text === '' ? path : `${path}?${text}`;
}
