import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { run } from '@cairn/exec';
import { err, GIB, MINUTE_MS, ok, type Result } from '@cairn/std';
import { extractStone } from '@cairn/stone-files';
import { type ContentStore } from '../upstreams/content-store.js';
import { type LocatedPackage } from './package-sources.js';
import { type ChosenPackage } from './resolve.js';

/** Largest stone that is fetched as a dependency. */
export const STONE_SIZE_MAX_BYTES = 8 * GIB;
const CHMOD_TIMEOUT_MS = 10 * MINUTE_MS;
const CHMOD_OUTPUT_BYTES = 65_536;

export interface LayOutError {
  readonly code: 'lay-out.unavailable' | 'lay-out.malformed' | 'lay-out.cancelled';
  readonly message: string;
}

/** Puts the files of the chosen packages below `<dir>/usr`. Of two files at one path the first package's stays. */
export async function layOutPackages(order: {
  readonly packages: readonly ChosenPackage<LocatedPackage>[];
  readonly store: ContentStore;
  readonly dir: string;
  readonly signal: AbortSignal;
}): Promise<Result<void, LayOutError>> {
  await mkdir(path.join(order.dir, 'usr'), { recursive: true });
  for (const { stonePackage, source } of order.packages) {
    if (order.signal.aborted)
      return err({ code: 'lay-out.cancelled', message: 'The build was cancelled.' });
    const file = await fileOf(stonePackage, order);
    if (!file.ok)
      return err({
        ...file.error,
        message: `${stonePackage.name} of ${source}: ${file.error.message}`,
      });
    const unpacked = path.join(order.dir, 'unpacking');
    const extracted = await extractStone(file.value, unpacked);
    if (!extracted.ok)
      return err({
        code: 'lay-out.malformed',
        message: `${stonePackage.name} of ${source} cannot be extracted: ${extracted.error.code}`,
      });
    await merge(path.join(unpacked, 'usr'), path.join(order.dir, 'usr'));
    await rm(unpacked, { recursive: true, force: true });
  }
  // The build user is not the owner inside: what only the owner may read would be missing there.
  await run({
    command: 'chmod',
    args: ['-R', 'u+rwX,go+rX', '--', order.dir],
    timeoutMs: CHMOD_TIMEOUT_MS,
    outputBytesMax: CHMOD_OUTPUT_BYTES,
  });
  return ok(undefined);
}

async function fileOf(
  stonePackage: LocatedPackage,
  order: { readonly store: ContentStore; readonly signal: AbortSignal },
): Promise<Result<string, LayOutError>> {
  if (stonePackage.localPath !== undefined) return ok(stonePackage.localPath);
  const fetched = await order.store.fetch({
    sha256: stonePackage.hash ?? '',
    lookaside: [],
    url: stonePackage.fileUrl,
    sizeMaxBytes: STONE_SIZE_MAX_BYTES,
    allowPrivateTargets: true,
    signal: order.signal,
  });
  if (fetched.ok) return fetched;
  const code =
    fetched.error.code === 'content.cancelled' ? 'lay-out.cancelled' : 'lay-out.unavailable';
  return err({ code, message: fetched.error.message });
}

/** Moves a tree into another. Nothing is followed, and what is there already stays. */
async function merge(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const source = path.join(from, name);
    const target = path.join(to, name);
    const there = await lstat(target).catch(() => undefined);
    if (there === undefined) await rename(source, target);
    else if (there.isDirectory() && (await lstat(source)).isDirectory())
      await merge(source, target);
  }
}
