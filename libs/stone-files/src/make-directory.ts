import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a directory and those above it that are missing. The recursive mkdir of Node tries for ever where the system says
 * that a parent is missing although it is there, as below /proc.
 */
export async function makeDirectory(path: string): Promise<void> {
  if ((await tryToMake(path)) !== 'parent-missing') return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  await mkdir(path);
}

async function tryToMake(path: string): Promise<'made' | 'parent-missing'> {
  try {
    await mkdir(path);
    return 'made';
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 'parent-missing';
    if (isSystemError(error, 'EEXIST') && (await stat(path)).isDirectory()) return 'made';
    throw error;
  }
}

function isSystemError(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
