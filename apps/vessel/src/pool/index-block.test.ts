import { decodeIndex, encodeIndex, poolPath, type StonePackage } from '@cairn/stone';
import { loadCodec } from '@cairn/stone-files';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { encodeIndexBlock, joinIndexBlocks } from './domain/index-block.js';

function described(name: string): StonePackage {
  return {
    name,
    version: '1.0',
    sourceRelease: 1,
    buildRelease: 2,
    architecture: 'x86_64',
    summary: 'A test',
    description: 'A package for a test',
    sourceId: 'libtest',
    homepage: 'https://example.org',
    licenses: ['MPL-2.0'],
    depends: [{ kind: 'soname', name: 'libc.so.6(x86_64)' }],
    provides: [{ kind: 'name', name }],
    conflicts: [],
    buildDepends: [],
  };
}

it('joins kept blocks into the very bytes that the format library makes at once', async () => {
  const codec = await loadCodec();
  const files = ['a', 'b', 'c'].map((name, at) => ({
    description: described(name),
    sha256: String(at).repeat(64),
    sizeBytes: 1_000 + at,
  }));
  const blocks = files.map((file) => {
    const block = encodeIndexBlock(file, codec);
    if (!block.ok) throw new Error(block.error.code);
    return block.value;
  });
  const whole = encodeIndex(
    files.map(({ description, sha256, sizeBytes }) => ({
      ...description,
      uri: `../../../${poolPath(description)}`,
      hash: sha256,
      sizeBytes,
    })),
    codec,
  );
  expect(whole.ok && Buffer.from(whole.value).equals(joinIndexBlocks(blocks))).toBe(true);
});

it('makes the index of nothing', async () => {
  const whole = encodeIndex([], await loadCodec());
  expect(whole.ok && Buffer.from(whole.value).equals(joinIndexBlocks([]))).toBe(true);
});

const REFERENCE = resolve(
  import.meta.dirname,
  '../../../../../shared/data/stones/reference/vessel-stone.index',
);
if (!existsSync(REFERENCE)) console.log('index-block.test.ts: shared/data is absent, skipped');

it.skipIf(!existsSync(REFERENCE))(
  'makes the index of the original repository manager again, byte for byte',
  async () => {
    const codec = await loadCodec();
    const bytes = readFileSync(REFERENCE);
    const decoded = decodeIndex(bytes, codec);
    if (!decoded.ok) throw new Error(decoded.error.code);
    const blocks = decoded.value.map(({ uri, hash = '', sizeBytes = 0, ...description }) => {
      expect(uri).toBe(`../../../${poolPath(description)}`);
      const block = encodeIndexBlock({ description, sha256: hash, sizeBytes }, codec);
      if (!block.ok) throw new Error(block.error.code);
      return block.value;
    });
    expect(Buffer.from(joinIndexBlocks(blocks)).equals(bytes)).toBe(true);
  },
);
