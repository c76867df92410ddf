import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { err, MIB, MINUTE_MS, ok, type Result } from '@cairn/std';
import { decodeIndex, type StonePackage } from '@cairn/stone';
import { loadCodec, readStone } from '@cairn/stone-files';
import { type DependencyRepository, type DependencyStone } from '../build-order.js';
import { download } from '../upstreams/download.js';
import { type PackageSource } from './resolve.js';

/** A package together with the place its file is at. */
export interface LocatedPackage extends StonePackage {
  /** Path on this machine, for stones that were given as files. */
  readonly localPath?: string;
  /** Address of the file, resolved against its index. */
  readonly fileUrl?: string;
}

/** Why a source of packages could not be read. */
export interface PackageSourceError {
  readonly code: 'source.unreachable' | 'source.malformed' | 'source.cancelled';
  readonly message: string;
}

export const INDEX_SIZE_MAX_BYTES = 256 * MIB;
const INDEX_TIMEOUT_MS = 5 * MINUTE_MS;
/** Above every repository. */
const LOCAL_PRIORITY = Number.MAX_SAFE_INTEGER;

/** The given stone files as one source above all repositories. */
export async function localSource(
  stones: readonly DependencyStone[],
): Promise<Result<PackageSource<LocatedPackage>, PackageSourceError>> {
  const packages: LocatedPackage[] = [];
  for (const stone of stones) {
    const read = await readStone(stone.path);
    if (!read.ok)
      return err({
        code: 'source.malformed',
        message: `${stone.path} is not a readable stone: ${read.error.code}`,
      });
    packages.push({ ...read.value.package, localPath: stone.path });
  }
  return ok({ name: 'given stones', priority: LOCAL_PRIORITY, packages });
}

/** Reads a repository's index, by http, https or `file:`. The operator named the address, so it may lie on the inside. */
export async function repositorySource(
  repository: DependencyRepository,
  order: { readonly scratchDir: string; readonly signal: AbortSignal },
): Promise<Result<PackageSource<LocatedPackage>, PackageSourceError>> {
  const bytes = await fetchIndex(repository.indexUrl, order);
  if (!bytes.ok) return bytes;
  const decoded = decodeIndex(bytes.value, await loadCodec());
  if (!decoded.ok)
    return err({
      code: 'source.malformed',
      message: `The index of ${repository.name} cannot be read: ${decoded.error.code}`,
    });
  const packages = decoded.value.map((entry) => locate(entry, repository.indexUrl));
  return ok({ name: repository.name, priority: repository.priority, packages });
}

function locate(entry: StonePackage, indexUrl: string): LocatedPackage {
  const { uri = '' } = entry;
  return URL.canParse(uri, indexUrl) ? { ...entry, fileUrl: new URL(uri, indexUrl).href } : entry;
}

async function fetchIndex(
  url: string,
  order: { readonly scratchDir: string; readonly signal: AbortSignal },
): Promise<Result<Uint8Array, PackageSourceError>> {
  if (url.startsWith('file:')) return readLocal(fileURLToPath(url));
  await mkdir(order.scratchDir, { recursive: true });
  const target = path.join(order.scratchDir, `index-${randomUUID()}`);
  try {
    const fetched = await download({
      url,
      target,
      sizeMaxBytes: INDEX_SIZE_MAX_BYTES,
      timeoutMs: INDEX_TIMEOUT_MS,
      allowPrivateTargets: true,
      signal: order.signal,
    });
    if (fetched.ok) return ok(await readFile(target));
    const code =
      fetched.error.code === 'download.cancelled' ? 'source.cancelled' : 'source.unreachable';
    return err({ code, message: `${url}: ${fetched.error.message}` });
  } finally {
    await rm(target, { force: true });
  }
}

async function readLocal(file: string): Promise<Result<Uint8Array, PackageSourceError>> {
  try {
    if ((await stat(file)).size > INDEX_SIZE_MAX_BYTES)
      return err({ code: 'source.malformed', message: `${file} is too large for an index.` });
    return ok(await readFile(file));
  } catch {
    return err({ code: 'source.unreachable', message: `${file} cannot be read.` });
  }
}
