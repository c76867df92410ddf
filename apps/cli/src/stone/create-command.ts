import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { err, type Result } from '@cairn/std';
import { packageFileName, type StonePackage } from '@cairn/stone';
import { createStone, readStone } from '@cairn/stone-files';
import { readPackageDocument } from './package-document.js';
import { humanSize, printable } from './printable.js';
import { refusalLine, reportRefusal } from './refusal-line.js';
import { EXIT_USAGE, fail, printJson, printLine } from './terminal.js';

/** Options of `cairn stone create`. */
export interface CreateCommandOptions {
  readonly meta?: string;
  readonly like?: string;
  readonly output?: string;
  readonly json?: boolean;
}

/** `cairn stone create ROOT`: packs `ROOT/usr` into a package. */
export async function createCommand(root: string, options: CreateCommandOptions): Promise<void> {
  const described = await describePackage(options);
  if (!described.ok) {
    fail(printable(described.error), EXIT_USAGE);
    return;
  }
  const out = options.output ?? join('.', packageFileName(described.value));
  const made = await createStone({ package: described.value, root, out });
  if (!made.ok) {
    reportRefusal(out, made.error, options);
    return;
  }
  const { sha256, sizeBytes, paths } = made.value;
  if (options.json === true) {
    printJson({ path: out, ok: true, sha256, sizeBytes, paths });
    return;
  }
  printLine(`${printable(out)}: ${humanSize(sizeBytes)}, sha256 ${sha256}`);
}

async function describePackage(
  options: CreateCommandOptions,
): Promise<Result<StonePackage, string>> {
  if (options.like !== undefined) {
    const read = await readStone(options.like);
    return read.ok
      ? { ok: true, value: read.value.package }
      : err(refusalLine(options.like, read.error));
  }
  if (options.meta === undefined) return err('Say what to pack with --meta FILE or --like STONE.');
  try {
    const described = readPackageDocument(await readFile(options.meta, 'utf8'));
    return described.ok ? described : err(`${options.meta}: ${described.error}`);
  } catch {
    return err(`${options.meta}: cannot be read`);
  }
}
