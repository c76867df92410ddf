import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeDirectory } from './make-directory.js';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-mkdir-'));
});
afterEach(() => rm(directory, { recursive: true }));

it('makes what is missing, and nothing twice', async () => {
  const path = join(directory, 'a/b/c');
  await makeDirectory(path);
  await makeDirectory(path);
  expect((await stat(path)).isDirectory()).toBe(true);
});

it('refuses a file in the way', async () => {
  await writeFile(join(directory, 'file'), '');
  await expect(makeDirectory(join(directory, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeDirectory(join(directory, 'file/a'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('gives up where nothing can be made', async () => {
  await expect(makeDirectory('/proc/absent/deeper')).rejects.toMatchObject({ code: 'ENOENT' });
});
