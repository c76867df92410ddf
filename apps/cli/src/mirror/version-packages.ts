import { type VersionManifest } from '@cairn/contracts';
import { decodeIndex, isPackageHash, type Codec } from '@cairn/stone';
import { loadCodec, sha256OfBytes } from '@cairn/stone-files';
import { INDEX_SIZE_BYTES_MAX, type RepositoryReader } from './repository-reader.js';
import { problem, type Problem } from './snapshot.js';

/** A package file as an index lists it. */
export interface ListedPackage {
  /** Below the channel, decoded. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The index of one architecture of a version, as it was served. */
export interface IndexSnapshot {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly packages: readonly ListedPackage[];
}

/** Reads the indexes that a manifest names one after the other, for they are large; what is wrong with one takes its place. */
export async function* readIndexes(
  reader: RepositoryReader,
  { history, indexes }: VersionManifest,
): AsyncGenerator<IndexSnapshot | Problem> {
  const codec = await loadCodec();
  for (const { architecture, sha256, sizeBytes } of indexes) {
    const path = `history/${history}/${architecture}/stone.index`;
    const bytes = await reader.bytes(path, INDEX_SIZE_BYTES_MAX);
    if (bytes?.byteLength !== sizeBytes || sha256OfBytes(bytes) !== sha256) {
      yield problem('index-mismatch', path, 'It is not what the manifest says.');
      continue;
    }
    const packages = packagesOf(bytes, { path, base: reader.base }, codec);
    yield 'code' in packages ? packages : { path, bytes, packages };
  }
}

/** The package files that an index lists. Paths that lead out of the channel are refused, whatever they say. */
function packagesOf(
  bytes: Uint8Array,
  index: { readonly path: string; readonly base: RepositoryReader['base'] },
  codec: Codec,
): readonly ListedPackage[] | Problem {
  const decoded = decodeIndex(bytes, codec, { mode: 'tolerant' });
  if (!decoded.ok) return problem('document-invalid', index.path, decoded.error.message);
  const listed: ListedPackage[] = [];
  for (const { name, uri = '', hash = '', sizeBytes = -1 } of decoded.value) {
    const path = pathBelow(index, uri);
    if (path === undefined || !isPackageHash(hash) || sizeBytes < 0) {
      return problem(
        'document-invalid',
        index.path,
        `${name} has no usable address, hash or size.`,
      );
    }
    listed.push({ path, sizeBytes, sha256: hash });
  }
  return listed;
}

function pathBelow(
  index: { readonly path: string; readonly base: URL },
  uri: string,
): string | undefined {
  const url = URL.parse(uri, new URL(index.path, index.base).href);
  if (url?.origin !== index.base.origin || !url.pathname.startsWith(index.base.pathname)) {
    return undefined;
  }
  const path = decoded(url.pathname.slice(index.base.pathname.length));
  const isPlain = path
    ?.split('/')
    .every((part) => part !== '' && !part.startsWith('.') && !/[\\\0]/.test(part));
  return isPlain === true ? path : undefined;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The path as part of a URL. */
export function encodedPath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
