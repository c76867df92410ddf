import { readFile, stat } from 'node:fs/promises';
import { GIB } from '@cairn/std';
import {
  decodeIndex,
  diffIndexes,
  stoneError,
  type StoneError,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { printable } from './printable.js';
import { reportRefusal } from './refusal-line.js';
import { printJson, printLine } from './terminal.js';

const INDEX_SIZE_BYTES_MAX = GIB;

/** `cairn stone diff OLD NEW`: what became of the packages between two indexes. */
export async function diffCommand(
  oldPath: string,
  newPath: string,
  options: { readonly json?: boolean },
): Promise<void> {
  const before = await readIndex(oldPath, options);
  const after = await readIndex(newPath, options);
  if (before === undefined || after === undefined) return;
  const difference = diffIndexes(before, after);
  if (options.json === true) {
    printJson(difference);
    return;
  }
  for (const stonePackage of difference.added)
    printLine(`+ ${nameOf(stonePackage)} ${versionOf(stonePackage)}`);
  for (const stonePackage of difference.removed)
    printLine(`- ${nameOf(stonePackage)} ${versionOf(stonePackage)}`);
  for (const { before: old, after: now, fields } of difference.changed) {
    const versions =
      versionOf(old) === versionOf(now) ? versionOf(now) : `${versionOf(old)} → ${versionOf(now)}`;
    printLine(`~ ${nameOf(now)} ${versions} (${fields.join(', ')})`);
  }
  const { added, removed, changed } = difference;
  printLine(`${added.length} added, ${removed.length} removed, ${changed.length} changed`);
}

async function readIndex(
  path: string,
  options: { readonly json?: boolean },
): Promise<readonly StonePackage[] | undefined> {
  const bytes = await readBytes(path);
  const packages =
    bytes instanceof Uint8Array
      ? decodeIndex(bytes, await loadCodec())
      : { ok: false as const, error: bytes };
  if (packages.ok) return packages.value;
  reportRefusal(path, packages.error, options);
  return undefined;
}

async function readBytes(path: string): Promise<Uint8Array | StoneError> {
  try {
    const { size } = await stat(path);
    if (size <= INDEX_SIZE_BYTES_MAX) return await readFile(path);
    return stoneError(
      'stone.unreadable',
      { offset: 0 },
      { expected: `≤ ${INDEX_SIZE_BYTES_MAX} bytes`, found: size },
    );
  } catch (error) {
    const found = error instanceof Error ? error.message : 'unknown';
    return stoneError('stone.unreadable', { offset: 0 }, { found });
  }
}

function nameOf({ name, architecture }: StonePackage): string {
  return printable(`${name} (${architecture})`);
}

function versionOf({ version, sourceRelease, buildRelease }: StonePackage): string {
  return printable(`${version}-${sourceRelease}-${buildRelease}`);
}
