import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Replaces a file by new contents: a reader, or a machine that loses power, sees the old ones or the new ones whole. */
export async function replaceFile(
  file: string,
  text: string,
  options: { readonly mode: number },
): Promise<void> {
  const temporary = `${file}.new`;
  try {
    await writeSynced(temporary, text, options.mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncDirectory(path.dirname(file));
}

async function writeSynced(file: string, text: string, mode: number): Promise<void> {
  // A leftover may have other rights or be a link: it is replaced, not written to.
  await rm(file, { force: true });
  const handle = await open(file, 'wx', mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes sure that the bytes of a file are on the disk. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes sure that the names in a directory are on the disk. */
export const syncDirectory = syncFile;
