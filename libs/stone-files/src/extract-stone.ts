import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Result } from '@cairn/std';
import {
  ContentCutter,
  stoneError,
  wrongFileType,
  type ReadMode,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { checkContentSize, checkRecords, type CheckedStone } from './checked-stone.js';
import { loadCodec } from './codec.js';
import { readContent } from './content-reader.js';
import { ContentSink } from './content-sink.js';
import { planExtraction, type ExtractionPlan } from './extraction-plan.js';
import { makeDirectory } from './make-directory.js';
import type { OnProgress } from './progress.js';
import { StoneFile } from './stone-file.js';
import { asResult, orRefuse, StoneRefusal } from './stone-refusal.js';

const USR = 'usr';
const DIRECTORY_MODE = 0o755;
const PERMISSION_BITS = 0o777;
const ALL_MODE_BITS = 0o7777;

/** How a package is extracted. */
export interface ExtractOptions {
  readonly mode?: ReadMode;
  /** Largest Content that is unpacked, in bytes, 64 GiB by default; a larger one is refused with `stone.plain-size`. */
  readonly contentSizeBytesMax?: number;
  /** Keeps set-user-id, set-group-id and sticky bits, which are dropped otherwise. */
  readonly keepSpecialBits?: boolean;
  /** Told in plain bytes of the Content. */
  readonly onProgress?: OnProgress;
}

/** What was extracted; `ignoredPaths` are special files, which are not created. */
export interface ExtractedStone {
  readonly package: StonePackage | undefined;
  readonly pathCount: number;
  readonly contentSizeBytes: number;
  readonly ignoredPaths: readonly string[];
}

/**
 * Extracts a package below `<directory>/usr`. The directory must be empty or absent; on failure it is emptied again.
 * Links are made last and nothing is ever written through one; digests are checked on the way.
 */
export function extractStone(
  path: string,
  directory: string,
  options: ExtractOptions = {},
): Promise<Result<ExtractedStone, StoneError>> {
  return asResult('stone.write-failed', () =>
    StoneFile.with(path, async (file) => {
      const stone = await checkRecords(file, await loadCodec(), options.mode ?? 'strict');
      if (stone.header.fileType !== 'binary') orRefuse(wrongFileType(stone.header, 'binary (1)'));
      checkContentSize(stone.contentSlot, options.contentSizeBytesMax);
      const plan = planExtraction(stone.layout);
      await claimDirectory(directory);
      try {
        return await extract(file, stone, { plan, directory: join(directory, USR), options });
      } catch (error) {
        await rm(join(directory, USR), { recursive: true, force: true });
        throw error;
      }
    }),
  );
}

async function extract(
  file: StoneFile,
  stone: CheckedStone,
  to: {
    readonly plan: ExtractionPlan;
    readonly directory: string;
    readonly options: ExtractOptions;
  },
): Promise<ExtractedStone> {
  const { plan, directory, options } = to;
  const modeMask = options.keepSpecialBits === true ? ALL_MODE_BITS : PERMISSION_BITS;
  mkdirSync(directory, { mode: DIRECTORY_MODE });
  for (const target of plan.directories)
    mkdirSync(join(directory, target), { mode: DIRECTORY_MODE });
  await extractContent(file, stone, plan, { directory, modeMask, options });
  for (const { target, link } of plan.symlinks) symlinkSync(link, join(directory, target));
  // From the bottom up, so that a directory without write permission does not lock its children out.
  for (const target of plan.directories.toReversed()) {
    const mode = plan.directoryModes.get(target) ?? DIRECTORY_MODE;
    chmodSync(join(directory, target), mode & modeMask);
  }
  return {
    package: stone.packages[0],
    pathCount: stone.layout.length,
    contentSizeBytes: stone.contentSlot?.plainSizeBytes ?? 0,
    ignoredPaths: plan.ignored.map(({ target }) => target),
  };
}

async function extractContent(
  file: StoneFile,
  stone: CheckedStone,
  plan: ExtractionPlan,
  to: { readonly directory: string; readonly modeMask: number; readonly options: ExtractOptions },
): Promise<void> {
  const slot = stone.contentSlot;
  if (slot === undefined) return;
  const cutter = new ContentCutter(stone.ranges);
  const sink = await ContentSink.create(slot, plan.filesByDigest, to);
  const totalBytes = slot.plainSizeBytes;
  try {
    await readContent(file, slot, (chunk) => {
      const taken = sink.take(cutter.push(chunk));
      to.options.onProgress?.({ doneBytes: cutter.sizeBytes, totalBytes });
      return taken;
    });
    await sink.take(cutter.finish());
  } finally {
    await sink.close();
  }
}

async function claimDirectory(directory: string): Promise<void> {
  await makeDirectory(directory);
  const stats = await lstat(directory);
  const isEmpty = stats.isDirectory() && (await readdir(directory)).length === 0;
  if (isEmpty) return;
  throw new StoneRefusal(
    stoneError('stone.extract-exists', { offset: 0 }, { found: JSON.stringify(directory) }),
  );
}
