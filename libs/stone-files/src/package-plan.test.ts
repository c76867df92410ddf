import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { contentPieces, planPackage } from './package-plan.js';
import { StoneRefusal } from './stone-refusal.js';

let path = '';
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-plan-'));
  path = join(directory, 'file');
  await writeFile(path, 'hello');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function packed(change: string): Promise<string> {
  const entry = { type: 'regular', target: 'file', mode: 0o100644, path, sizeBytes: 5 } as const;
  const plan = await planPackage([entry]);
  await writeFile(path, change);
  const pieces: Uint8Array[] = [];
  for await (const piece of contentPieces(plan)) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

it('gives the bytes that were planned', async () => {
  expect(await packed('hello')).toBe('hello');
});

it.each(['jello', 'hell', 'hello and more'])(
  'refuses a file that has become “%s”',
  async (change) => {
    const refusal: unknown = await packed(change).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StoneRefusal);
    expect(refusal).toMatchObject({ refusal: { code: 'stone.entry-changed' } });
  },
);

it('refuses a file that has gone', async () => {
  const entry = { type: 'regular', target: 'file', mode: 0o100644, path, sizeBytes: 5 } as const;
  const plan = await planPackage([entry]);
  await rm(path);
  const refusal: unknown = await contentPieces(plan)
    .next()
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({ refusal: { code: 'stone.entry-changed' } });
});
