import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { GIB, MIB } from '@cairn/std';
import { type AnalysedPath, wantsText } from './analyse.js';
import { isElf, readElf } from './elf.js';
import { type InstalledPath } from './install-tree.js';

/** Larger files are not looked into. */
export const ELF_SIZE_MAX_BYTES = 2 * GIB - 1;
const TEXT_SIZE_MAX_BYTES = MIB;
const MAGIC_SIZE_BYTES = 20;

/** Reads what the analysers need of one installed path. A file that cannot be read as ELF is treated as plain data. */
export async function readInstalled(root: string, entry: InstalledPath): Promise<AnalysedPath> {
  const plain = { path: entry.path, kind: entry.kind };
  if (entry.kind !== 'file') return plain;
  // The tree was written by the recipe: whatever a name leads to now must be the file that was listed.
  const handle = await open(
    path.join(root, entry.path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    if (wantsText(entry.path)) {
      const sizeBytes = Math.min(entry.sizeBytes, TEXT_SIZE_MAX_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
      return { ...plain, text: buffer.toString('utf8', 0, bytesRead) };
    }
    if (entry.sizeBytes < MAGIC_SIZE_BYTES || entry.sizeBytes > ELF_SIZE_MAX_BYTES) return plain;
    const { buffer: magic } = await handle.read(
      Buffer.alloc(MAGIC_SIZE_BYTES),
      0,
      MAGIC_SIZE_BYTES,
      0,
    );
    if (!isElf(magic)) return plain;
    const elf = readElf(await handle.readFile());
    return elf.ok ? { ...plain, elf: elf.value } : plain;
  } finally {
    await handle.close();
  }
}
