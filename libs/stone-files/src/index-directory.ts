import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { ok, type Result } from '@cairn/std';
import {
  compareText,
  encodeIndex,
  stoneError,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './codec.js';
import { describeStones } from './describe-stone.js';
import { asResult } from './stone-refusal.js';

const EXTENSION = '.stone';

/** Why a folder cannot be indexed: which file, and what is wrong with it. */
export interface IndexingError {
  readonly path: string;
  readonly error: StoneError;
}

/** An index and the packages in it. */
export interface IndexedDirectory {
  readonly bytes: Uint8Array;
  readonly packages: readonly StonePackage[];
}

/**
 * Indexes every `*.stone` file below a directory; `uri` is relative to `base`, where the index will stand. Of two
 * packages with one name and architecture the higher source release wins, equal ones are an error.
 */
export async function indexDirectory(
  directory: string,
  options: {
    readonly base?: string;
    readonly onProgress?: (doneFiles: number, totalFiles: number) => void;
  } = {},
): Promise<Result<IndexedDirectory, IndexingError>> {
  const base = options.base ?? directory;
  const found = await asResult('stone.unreadable', () => findStones(directory));
  if (!found.ok) return { ok: false, error: { path: directory, error: found.error } };
  const paths = found.value;
  const described = await describeStones(paths, options.onProgress);
  const newest = new Map<string, { readonly stonePackage: StonePackage; readonly path: string }>();
  for (const [at, path] of paths.entries()) {
    const result = described[at];
    if (result === undefined) continue;
    if (!result.ok) return { ok: false, error: { path, error: result.error } };
    const stonePackage = { ...result.value, uri: relative(base, path).split(sep).join('/') };
    const key = `${stonePackage.architecture} ${stonePackage.name}`;
    const other = newest.get(key);
    const release = other?.stonePackage.sourceRelease ?? -1;
    if (release === stonePackage.sourceRelease) return twin(path, stonePackage, other?.path);
    if (release < stonePackage.sourceRelease) newest.set(key, { stonePackage, path });
  }
  const packages = [...newest.values()].map(({ stonePackage }) => stonePackage);
  const bytes = encodeIndex(packages, await loadCodec(), { order: 'name' });
  if (!bytes.ok) return { ok: false, error: { path: directory, error: bytes.error } };
  return ok({ bytes: bytes.value, packages });
}

/** Paths of the regular files below a directory whose extension is `stone`, sorted; links are not followed. */
export async function findStones(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(EXTENSION))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort(compareText);
}

function twin(
  path: string,
  { name, sourceRelease }: StonePackage,
  otherPath = '',
): Result<never, IndexingError> {
  const found = `${name}, release ${sourceRelease}, in ${otherPath} as well`;
  const error = stoneError('stone.index-name-duplicate', { offset: 0 }, { found });
  return { ok: false, error: { path, error } };
}
