import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  decodeIndex,
  decodeManifest,
  decodeStone,
  encodeFile,
  encodeIndex,
  encodeManifest,
  manifestJsonc,
  manifestReportPackage,
  toHex,
  type DecodedStone,
  type FilePayload,
  type PayloadSlot,
} from '@cairn/stone';
import type { Result } from '@cairn/std';
import { loadCodec, readStone, verifyStone } from './index.js';

const STONES = resolve(import.meta.dirname, '../../../../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData) console.log('samples.test.ts: shared/data/stones is absent, skipped');
const CONTENT_SIZE_BYTES_MAX = 2 ** 26;
const STRICT = { mode: 'strict', contentSizeBytesMax: CONTENT_SIZE_BYTES_MAX } as const;
/** Entries of the large index that are compressed again; all of them with CAIRN_FULL=1. */
const RECOMPRESSED_ENTRIES = process.env['CAIRN_FULL'] === '1' ? 3_993 : 200;

const codec = await loadCodec();
const sample = (name: string) => readFile(join(STONES, 'samples', name));
const reference = (name: string) => readFile(join(STONES, 'reference', name));

function must<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The payloads of a decoded file, Content unpacked, ready to be written again. */
function payloadsOf(stone: DecodedStone, bytes: Uint8Array): FilePayload[] {
  return stone.payloads.map(({ slot, body }) => {
    if (body.kind === 'skipped' || body.kind === 'attributes') throw new Error('not in samples');
    if (body.kind !== 'content') return body;
    const stored = bytes.subarray(slot.bodyOffset, slot.bodyOffset + slot.storedSizeBytes);
    return { kind: 'content', plain: must(codec.decompress(stored, slot)) };
  });
}

function plainOf(bytes: Uint8Array, slot: PayloadSlot): Uint8Array {
  const stored = bytes.subarray(slot.bodyOffset, slot.bodyOffset + slot.storedSizeBytes);
  return must(codec.decompress(stored, slot));
}

describe.skipIf(!hasData)('real files', () => {
  it('are all good in strict mode, on disk and in memory', async () => {
    for (const name of await readdir(join(STONES, 'samples'))) {
      if (name.endsWith('.jsonc')) continue;
      expect(
        await verifyStone(join(STONES, 'samples', name), { mode: 'strict' }),
        name,
      ).toMatchObject({ ok: true });
      expect(decodeStone(await sample(name), codec, STRICT), name).toMatchObject({ ok: true });
    }
  });

  it('are described by header and Meta alone', async () => {
    const read = must(await readStone(join(STONES, 'samples/nano-8.3-33-1-x86_64.stone')));
    expect(read.package).toMatchObject({
      name: 'nano',
      version: '8.3',
      sourceRelease: 33,
    });
    expect(read.sizeBytes).toBe(583_035);
  });

  it.each([
    'nano-8.3-33-1-x86_64.stone',
    'nano-dbginfo-8.3-33-1-x86_64.stone',
    'pineapple-1-1-1-x86_64.stone',
    'italian-pizza-1-1-1-x86_64.stone',
    'manifest-glibc.x86_64.bin',
    'manifest-nano.x86_64.bin',
    'manifest-gen-rust-current.bin',
    'empty-stone.index',
    'manifest-zero-payloads.bin',
  ])('are the same bytes when written again: %s', async (name) => {
    const bytes = await sample(name);
    const stone = must(decodeStone(bytes, codec, STRICT));
    const { fileType } = stone.header;
    if (fileType === 'unknown') throw new Error('not in samples');
    const again = must(encodeFile({ fileType, payloads: payloadsOf(stone, bytes) }, codec));
    expect(Buffer.compare(again, bytes)).toBe(0);
  });

  it('are the same bytes when written again but for the Content of nano 8.2, which an older zstd made', async () => {
    const bytes = await sample('nano-8.2-29-1-x86_64.stone');
    const stone = must(decodeStone(bytes, codec, STRICT));
    const again = must(
      encodeFile({ fileType: 'binary', payloads: payloadsOf(stone, bytes) }, codec),
    );
    const contentOffset = stone.contentSlot?.headerOffset ?? 0;
    expect(Buffer.compare(again.subarray(0, contentOffset), bytes.subarray(0, contentOffset))).toBe(
      0,
    );
  });

  it.each(['moss-stone.index', 'vessel-stone.index'])(
    'indexes come back from their model: %s',
    async (name) => {
      const bytes = await reference(name);
      const packages = must(decodeIndex(bytes, codec, { mode: 'strict' }));
      expect(Buffer.compare(must(encodeIndex(packages, codec)), bytes)).toBe(0);
    },
  );

  it('the large index comes back from its records, unpacked: zstd 1.5.4 compressed it', async () => {
    const bytes = await reference('big-3993.index');
    const stone = must(decodeStone(bytes, codec, STRICT));
    expect(stone.packages).toHaveLength(3_993);
    const payloads = payloadsOf(stone, bytes).slice(0, RECOMPRESSED_ENTRIES);
    const again = must(encodeFile({ fileType: 'repository', payloads }, codec));
    const rewritten = must(decodeStone(again, codec, STRICT));
    for (const [at, { slot }] of rewritten.payloads.entries()) {
      const original = stone.payloads[at]?.slot ?? slot;
      expect(Buffer.compare(plainOf(again, slot), plainOf(bytes, original))).toBe(0);
    }
  });

  it.each(['manifest-glibc.x86_64', 'manifest-nano.x86_64'])(
    'manifests come back from their model, and so does their report: %s',
    async (name) => {
      const bytes = await sample(`${name}.bin`);
      const packages = must(decodeManifest(bytes, codec, { mode: 'strict' }));
      expect(Buffer.compare(must(encodeManifest(packages, codec)), bytes)).toBe(0);
      const jsonc = (await sample(`${name}.jsonc`)).toString();
      const document = JSON.parse(jsonc.slice(jsonc.indexOf('{'))) as ReportDocument;
      const report = manifestJsonc({
        sourceName: document['source-name'],
        sourceRelease: Number(document['source-release']),
        sourceVersion: document['source-version'],
        packages: packages.map((stonePackage) => {
          const listed = document.packages[stonePackage.name];
          return manifestReportPackage(stonePackage, {
            files: (listed?.files ?? []).map((path) => path.slice('/usr/'.length)),
            buildDepends: listed?.['build-depends'] ?? [],
            depends: listed?.depends ?? [],
          });
        }),
      });
      expect(report).toBe(jsonc);
    },
  );

  it('manifests of every recipe at hand come back from their model, those of older writers aside', async () => {
    const others: string[] = [];
    for (const path of await manifestsBelow(join(STONES, '../recipes'))) {
      const bytes = await readFile(path);
      const packages = must(decodeManifest(bytes, codec, { mode: 'strict' }));
      const again = must(encodeManifest(packages, codec));
      if (Buffer.compare(again, bytes) !== 0) others.push(relative(STONES, path));
    }
    expect(others).toEqual(['../recipes/serpent/l/ldb/manifest.x86_64.bin']);
  });

  it('malformed files get the expected verdict', async () => {
    const expected = JSON.parse(
      await readFile(join(STONES, 'malformed/expected.json'), 'utf8'),
    ) as Record<string, { verdict: string; check: string }>;
    for (const [name, { verdict, check }] of Object.entries(expected)) {
      const path = join(STONES, 'malformed', `${name}.stone`);
      const result = await verifyStone(path, { mode: 'strict' });
      expect(result.ok ? 'accept' : 'reject', name).toBe(verdict);
      expect(result.ok ? 'accept' : result.error.code, name).toBe(OUR_CODES[name] ?? codeOf(check));
      const inMemory = decodeStone(await readFile(path), codec, STRICT);
      expect(inMemory.ok ? 'accept' : inMemory.error, name).toEqual(
        result.ok ? 'accept' : result.error,
      );
    }
  });
});

async function manifestsBelow(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return names
    .filter((name) => name.endsWith('.bin'))
    .map((name) => join(directory, name))
    .sort();
}

interface ReportDocument {
  readonly 'source-name': string;
  readonly 'source-release': string;
  readonly 'source-version': string;
  readonly packages: Record<
    string,
    { files?: string[]; depends?: string[]; 'build-depends'?: string[] }
  >;
}

/** Where our code says more than the check of the list, or another check comes first. */
const OUR_CODES: Readonly<Record<string, string>> = {
  'p-plain-size-max': 'stone.plain-size',
  'p-records-0': 'stone.payload-empty',
  'p-stored-0-zstd': 'stone.record-count',
  'z-truncated-frame': 'stone.zstd-truncated',
  'z-truncated-frame-content': 'stone.zstd-truncated',
  'z-bomb-64MiB-plain-lie': 'stone.record-count',
  'i-digest-mismatch': 'stone.layout-digest',
};

function codeOf(check: string): string {
  return check === 'accept' ? check : `stone.${check}`;
}

describe('XXH3', () => {
  const VECTORS: readonly (readonly [number, string, string])[] = [
    [0, '2d06800538d394c2', '99aa06d3014798d86001c324468d497f'],
    [1, '13e608bc156defed', '22bbb76b211a39ba13e608bc156defed'],
    [3, 'a9088dda485b481c', 'ce31763cbf8245a5a9088dda485b481c'],
    [4, '6d9253b16c8b1ed3', '47197970590746b1788a609154b0fe20'],
    [8, '60539db630471163', 'e3bc8a5f461715553cd024e3d63a1588'],
    [9, 'feff668361d723a8', 'c72c88247a9a56d7eafab1c7f123109f'],
    [16, 'b8c859b0f030b585', 'ce0b9647ab24f88460d75c5e47d40a24'],
    [17, '714a04408e79b80f', 'bfd327edcc2fbd12eeed7654312a26d7'],
    [64, '287eb1fa9e4be2c1', 'fed953fe6a8b2b63aa549d72c69cd267'],
    [128, '67425a03650261bf', '1b1962a096bac78bc580008b6c92ac53'],
    [129, 'c664bf3311c6abc4', '293e4968c4619023bd91ce7ace4d385b'],
    [200, '746cd0025327bf5b', '32200a52a918beaf380142cdd5843bbd'],
    [240, '64556dc6b462a6cf', 'ad46c1021b076bc704e0b5f034bee80b'],
    [241, '8beadd3a8874fe17', 'ac6c3492c3d6b45d8beadd3a8874fe17'],
    [512, 'f58202b8d9019d1d', '1af3d0367ba5a0c4f58202b8d9019d1d'],
    [1024, '9b81661c641c72b1', '18bc0eaca9a336369b81661c641c72b1'],
    [1025, '806c2072ed713576', 'bf447251cfa98d7c806c2072ed713576'],
    [5000, '799aaddd7339581d', 'c98ae385d09887cc799aaddd7339581d'],
    [131072, 'ab999e6788db6ebb', '1b03e41bdaf1a1d1ab999e6788db6ebb'],
    [1000003, '6fb4080543f32e5b', 'dbe0cd4f15fc27026fb4080543f32e5b'],
  ];

  it.each(VECTORS)('of %i bytes is the published value', (sizeBytes, short, long) => {
    const bytes = Uint8Array.from({ length: sizeBytes }, (_, at) => (7 * at + 3) % 256);
    expect(codec.xxh3_64(bytes).toString(16).padStart(16, '0')).toBe(short);
    expect(toHex(codec.xxh3_128(bytes))).toBe(long);
  });
});
