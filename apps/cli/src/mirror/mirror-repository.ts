import {
  MANIFEST_NAME,
  MANIFEST_SIGNATURE_NAME,
  ROOT_INDEX_NAME,
  ROOT_SIGNATURE_NAME,
} from '@cairn/contracts';
import { mapInParallel } from '@cairn/std';
import { writeFileDurably } from '@cairn/stone-files';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import {
  DOCUMENT_SIZE_BYTES_MAX,
  REQUESTS_AT_ONCE,
  type RepositoryReader,
} from './repository-reader.js';
import { readManifest, readRoot, type Problem, type Trust } from './snapshot.js';
import { encodedPath, readIndexes, type ListedPackage } from './version-packages.js';

export interface MirrorOrder {
  readonly reader: RepositoryReader;
  readonly trust: Trust;
  /** The channel's folder in the mirror. */
  readonly dir: string;
  /** Whether files that the mirrored versions do not need go, last of all. */
  readonly isDeleting: boolean;
  readonly onProgress: (done: string) => void;
}

export interface MirrorReport {
  readonly versionCount: number;
  readonly packageCount: number;
  readonly fetchedCount: number;
  readonly fetchedSizeBytes: number;
  readonly deletedCount: number;
}

const PACKAGES_PER_NOTE = 200;

/**
 * Copies what one root index lists: packages and versions first, the root index last, deletions after that, so that
 * whoever reads the mirror meanwhile finds complete versions only. Files that are there already are not fetched again.
 */
export async function mirrorRepository(order: MirrorOrder): Promise<MirrorReport> {
  const { reader, trust, dir, onProgress } = order;
  const root = await readRoot(reader, trust);
  if ('code' in root) throw refused(root);
  const [fault] = root.problems;
  if (fault !== undefined) throw refused(fault);
  const compressed = await reader.bytes(`${ROOT_INDEX_NAME}.zst`, DOCUMENT_SIZE_BYTES_MAX);
  const packages = new Map<string, ListedPackage>();
  const documents = new Map<string, Uint8Array>();
  for (const history of Object.keys(root.index.history)) {
    await readVersion(order, history, { packages, documents });
  }
  const fetched = await fetchPackages(order, packages);
  for (const [path, bytes] of documents) await put(join(dir, path), bytes);
  onProgress(`${documents.size} documents written`);
  if (compressed !== undefined) await put(join(dir, `${ROOT_INDEX_NAME}.zst`), compressed);
  if (root.signature !== undefined) await put(join(dir, ROOT_SIGNATURE_NAME), root.signature);
  await put(join(dir, ROOT_INDEX_NAME), root.bytes);
  const needed = new Set([...packages.keys(), ...documents.keys()]);
  return {
    versionCount: Object.keys(root.index.history).length,
    packageCount: packages.size,
    ...fetched,
    deletedCount: order.isDeleting ? await deleteOthers(dir, needed) : 0,
  };
}

async function readVersion(
  { reader, trust }: MirrorOrder,
  history: string,
  found: {
    readonly packages: Map<string, ListedPackage>;
    readonly documents: Map<string, Uint8Array>;
  },
): Promise<void> {
  const version = await readManifest(reader, history, trust);
  if ('code' in version) throw refused(version);
  found.documents.set(`history/${history}/${MANIFEST_NAME}`, version.bytes);
  if (version.signature !== undefined) {
    found.documents.set(`history/${history}/${MANIFEST_SIGNATURE_NAME}`, version.signature);
  }
  for await (const index of readIndexes(reader, version.manifest)) {
    if ('code' in index) throw refused(index);
    found.documents.set(index.path, index.bytes);
    for (const item of index.packages) found.packages.set(item.path, item);
  }
}

async function fetchPackages(
  { reader, dir, onProgress }: MirrorOrder,
  packages: ReadonlyMap<string, ListedPackage>,
): Promise<{ readonly fetchedCount: number; readonly fetchedSizeBytes: number }> {
  let done = 0;
  let fetchedCount = 0;
  let fetchedSizeBytes = 0;
  await mapInParallel([...packages.values()], REQUESTS_AT_ONCE, async (item) => {
    const to = join(dir, item.path);
    // Bytes at a path of the pool never change, and a partial file never has the final name.
    if ((await sizeOnDisk(to)) !== item.sizeBytes) {
      await mkdir(dirname(to), { recursive: true });
      if (!(await reader.download(encodedPath(item.path), to, item))) {
        const message = 'It is missing or not what the index says.';
        throw refused({ code: 'package-mismatch', path: item.path, message });
      }
      fetchedCount += 1;
      fetchedSizeBytes += item.sizeBytes;
    }
    done += 1;
    if (done % PACKAGES_PER_NOTE === 0) onProgress(`package ${done} of ${packages.size}`);
  });
  return { fetchedCount, fetchedSizeBytes };
}

/** Removes files below `history` and `pool` that are not needed. */
async function deleteOthers(dir: string, needed: ReadonlySet<string>): Promise<number> {
  let count = 0;
  for (const area of ['history', 'pool']) {
    const entries = await readdir(join(dir, area), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      if (!entry.isFile() || needed.has(path.slice(dir.length + 1))) continue;
      await rm(path, { force: true });
      count += 1;
    }
  }
  return count;
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFileDurably(path, bytes);
}

async function sizeOnDisk(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
}

function refused({ code, path, message }: Problem): CliError {
  return new CliError(`repository.${code}`, `${path}: ${message}`, {
    exitCode: EXIT.failed,
    nextStep: 'The mirror is as it was. Run the same command again; what was fetched is kept.',
  });
}
