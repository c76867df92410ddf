import { constants as fsConstants } from 'node:fs';
import { lstat, open, readlink, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { constants as zlibConstants, zstdCompress } from 'node:zlib';
import { MIB } from '@cairn/std';
import { type InstalledPath } from './install-tree.js';

/** Larger pages stay as they are. */
export const PAGE_SIZE_MAX_BYTES = 64 * MIB;
const LEVEL = 16;
const SUFFIX = '.zst';
const RIGHTS = 0o777;

const compress = promisify(zstdCompress);

/** Whether a path is a manual page of sections 1 to 8 or an info page. The real tool misses section 9, too. */
export function isManualPage(at: string): boolean {
  const parts = at.split('/');
  const name = parts.at(-1) ?? '';
  const isBelow = (dir: string) => parts.slice(0, -1).includes(dir);
  return (isBelow('man') && /[1-8]$/.test(name)) || (isBelow('info') && name.endsWith('.info'));
}

/**
 * Puts a compressed page with the suffix `.zst` in the place of each manual and info page; times are kept. A link becomes
 * a compressed copy of the page it leads to; one that leads out of the install root stays.
 */
export async function compressManuals(
  installRoot: string,
  entries: readonly InstalledPath[],
): Promise<void> {
  const pages = entries.filter(({ path: at, kind }) => kind !== 'directory' && isManualPage(at));
  const sources = new Map<string, string>();
  for (const { path: at } of pages) {
    const source = await pageBehind(installRoot, at);
    if (source !== undefined) sources.set(path.join(installRoot, at), source);
  }
  // Pages last: what links lead to must still be there.
  const links = [...sources].filter(([page, source]) => page !== source);
  const files = [...sources].filter(([page, source]) => page === source);
  for (const [page, source] of [...links, ...files]) await compressPage(source, page);
}

async function pageBehind(installRoot: string, at: string): Promise<string | undefined> {
  const file = path.join(installRoot, at);
  try {
    const target = (await lstat(file)).isSymbolicLink() ? await readlink(file) : undefined;
    if (target === undefined) return file;
    const base = target.startsWith('/') ? installRoot : path.dirname(file);
    const asked = path.join(base, target);
    const root = await realpath(installRoot);
    const found = await realpath(asked);
    const isInside = found.startsWith(`${root}/`) && isManualPage(found.slice(root.length));
    return isInside ? found : undefined;
  } catch {
    // A dangling link stays what it is.
    return undefined;
  }
}

async function compressPage(source: string, page: string): Promise<void> {
  const handle = await open(
    source,
    fsConstants.O_RDONLY | fsConstants.O_NOFOLLOW | fsConstants.O_NONBLOCK,
  );
  try {
    const stat = await handle.stat();
    if (!stat.isFile() || stat.size > PAGE_SIZE_MAX_BYTES) return;
    const parameters = { [zlibConstants.ZSTD_c_compressionLevel]: LEVEL };
    const bytes = await compress(await handle.readFile(), { params: parameters });
    const written = await open(`${page}${SUFFIX}`, 'wx', stat.mode & RIGHTS).catch(() => undefined);
    // The recipe has compressed the page itself.
    if (written === undefined) return;
    try {
      await written.writeFile(bytes);
      await written.chmod(stat.mode & RIGHTS);
      await written.utimes(stat.atime, stat.mtime);
    } finally {
      await written.close();
    }
    await rm(page);
  } finally {
    await handle.close();
  }
}
