import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './process.mjs';

const stampFolder = join(root, 'node_modules/.cache/cairn');
const SKIPPED = new Set(['node_modules', 'dist', 'out-tsc', '.nx', '.git']);

/** A hash of the names, sizes and times of all files below some folders (or of files), for asking whether anything changed. */
export function stateOf(paths, { suffixes } = {}) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesBelow(join(root, path))) {
      if (suffixes !== undefined && !suffixes.some((suffix) => file.endsWith(suffix))) continue;
      const { size, mtimeMs } = statSync(file);
      hash.update(`${relative(root, file)}\0${size}\0${mtimeMs}\0`);
    }
  }
  return hash.digest('hex');
}

/** A hash of the contents of some files, which survives a fresh checkout. */
export function contentOf(files) {
  const hash = createHash('sha256');
  for (const file of files.filter((name) => existsSync(join(root, name)))) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Does the work unless it was last done in this very state and its outputs still stand; says whether it did. */
export async function unlessDone({ name, state, outputs }, work) {
  const stamp = join(stampFolder, name);
  const isDone = existsSync(stamp) && readFileSync(stamp, 'utf8') === state;
  if (isDone && outputs.every((output) => existsSync(join(root, output)))) return false;
  await work();
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, state);
  return true;
}

function filesBelow(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isFile()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory()) return filesBelow(join(path, entry.name));
      return entry.isFile() ? [join(path, entry.name)] : [];
    });
}
