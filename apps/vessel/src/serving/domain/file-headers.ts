/** A year: the longest that caches heed. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The pointer to the newest version: caches ask again soon. */
const POINTER = 'public, max-age=5, must-revalidate';
const LISTING = 'public, max-age=5';

const TYPE_OF: Readonly<Record<string, string>> = {
  json: 'application/json; charset=utf-8',
  zst: 'application/zstd',
  txt: 'text/plain; charset=utf-8',
};
const BINARY = 'application/octet-stream';

/** Pool files and histories never change under their path; all else may. */
export function cacheControlOf(segments: readonly string[]): string {
  const area = segments[1];
  return segments.length > 2 && (area === 'pool' || area === 'history') ? IMMUTABLE : POINTER;
}

/** Directories change whenever something is published. */
export const LISTING_CACHE_CONTROL = LISTING;

/** Packages and indexes are bytes and nothing else: no encoding may be added to them. */
export function contentTypeOf(name: string): string {
  return TYPE_OF[name.slice(name.lastIndexOf('.') + 1)] ?? BINARY;
}

/** Whether a precompressed twin, named with `.zst`, may be sent instead. */
export function hasCompressedTwin(name: string): boolean {
  return name.endsWith('.json');
}

/** Whether the client takes zstd, by its Accept-Encoding header. */
export function acceptsZstd(header: string | undefined): boolean {
  return (header ?? '').split(',').some((part) => {
    const [coding = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    return coding === 'zstd' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}

/** Whether a stored entity tag is among those of an If-None-Match or If-Range header; weak marks do not count. */
export function matchesTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((text) => text.trim().replace(/^W\//, '') === tag);
}
