import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addToIndex,
  compareText,
  decodeIndex,
  decodeManifest,
  decodeStone,
  DEPENDENCY_KINDS,
  EMPTY_INDEX,
  formatDependency,
  encodeFile,
  encodeIndex,
  encodeManifest,
  indexBytes,
  openIndex,
  removeFromIndex,
  STONE_ERRORS,
  toHex,
  type Dependency,
  type LayoutRecord,
  type StonePackage,
} from '@cairn/stone';
import { loadCodec } from './index.js';

const isFull = process.env['CAIRN_FULL'] === '1';
const ROUND_TRIPS = isFull ? 2_000 : 60;
const MUTATIONS = isFull ? 100_000 : 2_500;
const MUTATION_SEED = 20_261_121;
const CALL_TIME_MS_MAX = 2_000;
const MEMORY_SIZE_BYTES_MAX = 256 * 2 ** 20;
const codec = await loadCodec();

const safeName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9+._-]{0,20}$/);
const text = fc.string({ unit: 'binary', maxLength: 60 }).filter((each) => !each.includes('\0'));
const someText = text.filter((each) => each !== '');
const dependency: fc.Arbitrary<Dependency> = fc.record({
  kind: fc.constantFrom(...DEPENDENCY_KINDS),
  name: someText,
});
const dependencies = fc.array(dependency, { maxLength: 5 }).map(normalised);
const stonePackage: fc.Arbitrary<StonePackage> = fc.record({
  name: safeName.filter((name) => !name.endsWith('-dbginfo')),
  version: safeName,
  sourceRelease: fc.nat(),
  buildRelease: fc.maxSafeNat(),
  architecture: safeName,
  summary: text,
  description: text,
  sourceId: safeName,
  homepage: text,
  licenses: fc.array(text, { maxLength: 3 }).map((all) => all.sort(compareText)),
  depends: dependencies,
  provides: dependencies.map((all) => all.filter(({ kind }) => kind !== 'name')),
  conflicts: dependencies,
  buildDepends: fc.constant([]),
});
const indexEntry: fc.Arbitrary<StonePackage> = fc
  .tuple(stonePackage, fc.stringMatching(/^[0-9a-f]{64}$/), fc.maxSafeNat())
  .map(([described, hash, sizeBytes]) => ({
    ...described,
    uri: `../${described.name}.stone`,
    hash,
    sizeBytes,
  }));
const entries = fc.uniqueArray(indexEntry, { maxLength: 6, selector: ({ name }) => name });

function normalised(all: Dependency[]): Dependency[] {
  const byText = new Map(all.map((each) => [formatDependency(each), each]));
  return [...byText].sort(([a], [b]) => compareText(a, b)).map(([, each]) => each);
}

function value<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function sorted(packages: readonly StonePackage[]): StonePackage[] {
  return [...packages].sort(
    (a, b) => compareText(a.sourceId, b.sourceId) || compareText(a.name, b.name),
  );
}

describe('round trips', () => {
  it('of indexes give the same packages, and the same bytes again', () => {
    fc.assert(
      fc.property(entries, (packages) => {
        const bytes = value(encodeIndex(packages, codec));
        expect(value(decodeIndex(bytes, codec))).toEqual(sorted(packages));
        expect(
          Buffer.compare(value(encodeIndex(value(decodeIndex(bytes, codec)), codec)), bytes),
        ).toBe(0);
      }),
      { numRuns: ROUND_TRIPS },
    );
  });

  it('of manifests give the same packages with build release 0', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(stonePackage, { maxLength: 4, selector: ({ name }) => name }),
        fc.array(dependency, { maxLength: 5 }),
        (packages, buildDepends) => {
          const built = packages.map((each) => ({ ...each, buildDepends }));
          const expected = built
            .map((each) => ({ ...each, buildRelease: 0 }))
            .sort((a, b) => compareText(a.name, b.name));
          expect(value(decodeManifest(value(encodeManifest(built, codec)), codec))).toEqual(
            expected,
          );
        },
      ),
      { numRuns: ROUND_TRIPS },
    );
  });

  it('of an index changed in place give what writing it anew gives', () => {
    fc.assert(
      fc.property(entries, entries, (before, added) => {
        const replaced = new Set(added.map(({ name, architecture }) => `${architecture} ${name}`));
        const kept = before.filter(
          ({ name, architecture }) => !replaced.has(`${architecture} ${name}`),
        );
        const grown = value(
          addToIndex(value(openIndex(value(encodeIndex(before, codec)), codec)), added, codec),
        );
        expect(
          Buffer.compare(value(indexBytes(grown)), value(encodeIndex([...kept, ...added], codec))),
        ).toBe(0);
        const shrunk = removeFromIndex(grown, added);
        expect(Buffer.compare(value(indexBytes(shrunk)), value(encodeIndex(kept, codec)))).toBe(0);
      }),
      { numRuns: ROUND_TRIPS },
    );
  });

  it('of whole packages give the same layout, ranges and bytes', () => {
    const files = fc.uniqueArray(fc.uint8Array({ maxLength: 200 }), {
      maxLength: 6,
      selector: (bytes) => toHex(bytes),
    });
    fc.assert(
      fc.property(files, (contents) => {
        let start = 0;
        const ranges = contents.map((bytes) => {
          const range = {
            start,
            end: start + bytes.byteLength,
            digest: toHex(codec.xxh3_128(bytes)),
          };
          start = range.end;
          return range;
        });
        const records = ranges.map(({ digest }, at) => layoutRecord(`share/${at}`, digest));
        const bytes = value(
          encodeFile(
            {
              fileType: 'delta',
              payloads: [
                ...(records.length > 0
                  ? [
                      { kind: 'layout', records } as const,
                      { kind: 'index', records: ranges } as const,
                    ]
                  : []),
                { kind: 'content', plain: Buffer.concat(contents) },
              ],
            },
            codec,
          ),
        );
        const stone = value(
          decodeStone(bytes, codec, { mode: 'strict', contentSizeBytesMax: 10_000 }),
        );
        expect(stone.ranges.map(({ digest }) => digest).sort()).toEqual(
          ranges.map(({ digest }) => digest).sort(),
        );
        expect(stone.layout).toEqual(records.map(({ entry }) => entry));
      }),
      { numRuns: ROUND_TRIPS },
    );
  });
});

function layoutRecord(target: string, digest: string): LayoutRecord {
  const entry = { type: 'regular', uid: 0, gid: 0, mode: 0o100644, target, digest } as const;
  const lengths = {
    sourceLengthBytes: 16,
    targetLengthBytes: target.length,
    sourceNulCount: 0,
    targetNulCount: 0,
  };
  return { entry, typeId: 1, tag: 0, plainOffset: 0, ...lengths };
}

describe('an index', () => {
  it('refuses more packages than its header can count', () => {
    const [one] = fc.sample(indexEntry, { seed: 1, numRuns: 1 });
    if (one === undefined) throw new Error('no sample');
    const index = value(addToIndex(EMPTY_INDEX, [one], codec));
    const [entry] = index.entries;
    if (entry === undefined) throw new Error('no entry');
    expect(indexBytes({ entries: Array.from({ length: 65_535 }, () => entry) })).toMatchObject({
      ok: true,
    });
    const tooMany = { entries: Array.from({ length: 65_536 }, () => entry) };
    expect(indexBytes(tooMany)).toMatchObject({
      ok: false,
      error: { code: 'stone.too-many-payloads' },
    });
  });

  it('refuses to write what would be read back differently', () => {
    const [one] = fc.sample(indexEntry, { seed: 1, numRuns: 1 });
    if (one === undefined) throw new Error('no sample');
    const code = (changes: Partial<StonePackage>) => {
      const result = encodeIndex([{ ...one, ...changes }], codec);
      return result.ok ? 'written' : result.error.code;
    };
    expect(code({ summary: 'a\0b' })).toBe('stone.not-encodable');
    expect(code({ summary: '\ud800' })).toBe('stone.not-encodable');
    expect(code({ name: '../up' })).toBe('stone.meta-syntax');
    expect(code({ sourceRelease: -1 })).toBe('stone.meta-number');
    expect(code({ depends: [{ kind: 'binary', name: '' }] })).toBe('stone.meta-dep-empty');
    expect(code({ hash: 'short' })).toBe('stone.index-hash');
    expect(code({})).toBe('written');
  });
});

const SAMPLES = resolve(import.meta.dirname, '../../../../shared/data/stones/samples');
const MUTATED = [
  'nano-8.3-33-1-x86_64.stone',
  'pineapple-1-1-1-x86_64.stone',
  'bash-completion-2.11-1-1-x86_64.stone',
  'manifest-gen-d-window-1gib.bin',
  'manifest-glibc.x86_64.bin',
];
if (!existsSync(SAMPLES))
  console.log('round-trip.test.ts: shared/data/stones is absent, mutations skipped');

describe.skipIf(!existsSync(SAMPLES))('mutations of real files', () => {
  it('give a result or a refusal, in bounded time and memory', { timeout: 3_600_000 }, async () => {
    const files = await Promise.all(MUTATED.map((name) => readFile(join(SAMPLES, name))));
    const random = randomNumbers(MUTATION_SEED);
    let accepted = 0;
    let slowestMs = 0;
    let peakBytes = 0;
    for (let count = 0; count < MUTATIONS; count++) {
      const original = files[random(files.length)] ?? Buffer.alloc(0);
      const bytes = mutate(original, random);
      const mode = random(2) === 0 ? 'strict' : 'tolerant';
      const from = performance.now();
      const result = decodeStone(repaired(bytes, random), codec, {
        mode,
        contentSizeBytesMax: MEMORY_SIZE_BYTES_MAX,
      });
      slowestMs = Math.max(slowestMs, performance.now() - from);
      // node:zlib closes decoders that failed in later ticks; without one they would pile up.
      if (count % 10 === 0) await nextTurn();
      if (count % 500 === 0) peakBytes = Math.max(peakBytes, process.memoryUsage().rss);
      if (result.ok) accepted++;
      else expect(Object.keys(STONE_ERRORS)).toContain(result.error.code);
    }
    expect(accepted).toBeLessThan(MUTATIONS / 2);
    expect(slowestMs).toBeLessThan(CALL_TIME_MS_MAX);
    expect(peakBytes - RSS_AT_START_BYTES).toBeLessThan(MEMORY_SIZE_BYTES_MAX);
  });
});

const RSS_AT_START_BYTES = process.memoryUsage().rss;

/** The same numbers for the same seed: mulberry32. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** Bit flips, cuts, splices and edits of length fields; the small front of a file, where the records are, gets the most. */
function mutate(original: Buffer, random: (limit: number) => number): Buffer {
  const bytes = Buffer.from(original);
  const place = () => random(random(2) === 0 ? Math.min(bytes.length, 600) : bytes.length);
  switch (random(5)) {
    case 0:
      for (let flips = 1 + random(4); flips > 0; flips--) {
        const at = place();
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      return bytes;
    case 1:
      return bytes.subarray(0, place());
    case 2: {
      const at = place();
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(40))]);
    }
    case 3: {
      const from = place();
      return Buffer.concat([bytes.subarray(0, place()), bytes.subarray(from)]);
    }
    default: {
      const at = Math.min(place(), Math.max(0, bytes.length - 8));
      const values = [
        0n,
        1n,
        0xffn,
        2n ** 31n,
        2n ** 32n - 1n,
        2n ** 40n,
        2n ** 63n,
        2n ** 64n - 1n,
      ];
      if (bytes.length >= 8) bytes.writeBigUInt64BE(values[random(values.length)] ?? 0n, at);
      return bytes;
    }
  }
}

/** Half of the time the first payloads’ checksums are set right, so that mutations reach what lies behind them. */
function repaired(bytes: Buffer, random: (limit: number) => number): Buffer {
  if (random(2) === 0) return bytes;
  let offset = 32;
  while (offset + 32 <= bytes.length) {
    const stored = bytes.readBigUInt64BE(offset);
    if (stored > BigInt(bytes.length - offset - 32)) return bytes;
    const end = offset + 32 + Number(stored);
    bytes.writeBigUInt64BE(codec.xxh3_64(bytes.subarray(offset + 32, end)), offset + 16);
    offset = end;
  }
  return bytes;
}
