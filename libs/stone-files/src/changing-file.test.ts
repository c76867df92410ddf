import { appendFileSync, truncateSync } from 'node:fs';
import { copyFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import { indexRecord, layoutRecord, packageWith } from './forged-stone.conformance.js';
import { inspectStone, loadCodec, verifyStone, verifyStorage } from './index.js';

const codec = await loadCodec();
const content = Buffer.alloc(3 * MIB, 'content ');
const digest = codec.xxh3_128(content);
const stone = packageWith(
  {
    layout: [layoutRecord({ type: 1, target: 'a', source: digest })],
    index: [indexRecord(0n, BigInt(content.byteLength), digest)],
    content,
  },
  codec,
);
const READERS = [
  [
    'verifyStone',
    (path: string, onProgress: () => void) => verifyStone(path, { mode: 'strict', onProgress }),
  ],
  ['verifyStorage', (path: string, onProgress: () => void) => verifyStorage(path, { onProgress })],
  ['inspectStone', (path: string, onProgress: () => void) => inspectStone(path, { onProgress })],
] as const;

let directory = '';
let path = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-changing-'));
  path = join(directory, 'a.stone');
  await writeFile(path, stone);
  await utimes(path, 1, 1);
});
afterEach(() => rm(directory, { recursive: true }));

describe.each(READERS)('%s', (_, read) => {
  it.each([
    ['grows', () => appendFileSync(path, 'more')],
    ['is cut', () => truncateSync(path, 100)],
  ])('says so when the file %s meanwhile', async (__, change) => {
    expect(await read(path, change)).toMatchObject({ error: { code: 'stone.file-changed' } });
  });

  it('does not mind a file that is replaced by another of its name', async () => {
    const other = join(directory, 'other');
    await copyFile(path, other);
    expect(await read(other, () => undefined)).toMatchObject({ ok: true });
  });
});
