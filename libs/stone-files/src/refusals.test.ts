import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import {
  decodeIndex,
  decodeStone,
  readPackageMeta,
  STONE_ERRORS,
  type Codec,
  type StoneErrorCode,
} from '@cairn/stone';
import {
  forge,
  indexRecord,
  integerRecord,
  layoutRecord,
  metaPayload,
  metaRecord,
  packageWith,
  requiredRecords,
  textRecord,
} from './forged-stone.conformance.js';
import { loadCodec, verifyStone } from './index.js';

const codec: Codec = await loadCodec();
const hello = Buffer.from('hello');
const helloDigest = codec.xxh3_128(hello);
const world = Buffer.from('world');
const worldDigest = codec.xxh3_128(world);
const regular = (target: string, source: Uint8Array = helloDigest) =>
  layoutRecord({ type: 1, target, source });
const withMeta = (...records: Buffer[]) =>
  packageWith({ meta: [...requiredRecords(), ...records] }, codec);
const withLayout = (...layout: Buffer[]) =>
  packageWith({ layout, index: [indexRecord(0n, 5n, helloDigest)], content: hello }, codec);
const withIndex = (content: Uint8Array, ...index: Buffer[]) =>
  packageWith({ layout: [regular('a')], index, content }, codec);
const onlyMeta = (wrong: Parameters<typeof metaPayload>[1]) =>
  forge({ payloads: [metaPayload(requiredRecords(), wrong)] }, codec);
const good = packageWith({}, codec);
const frame = zstdCompressSync(Buffer.concat(requiredRecords()));
const zstd = (stored: Buffer, wrong: Parameters<typeof metaPayload>[1] = {}) =>
  onlyMeta({ compression: 2, stored, ...wrong });
const location = (hash: string, uri = 'a.stone') => [
  ...requiredRecords(hash.slice(0, 3)),
  textRecord(14, uri),
  textRecord(15, hash),
  integerRecord(16, 9n),
];
const indexOf = (...entries: Buffer[][]) =>
  forge({ fileType: 3, payloads: entries.map((records) => metaPayload(records)) }, codec);

function changed(bytes: Buffer, offset: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[offset] = value;
  return copy;
}

function frameWith(offset: number, change: (byte: number) => number): Buffer {
  return changed(frame, offset, change(frame[offset] ?? 0));
}

const CASES: readonly (readonly [StoneErrorCode, string, Buffer])[] = [
  ['stone.header-truncated', 'nothing', Buffer.alloc(0)],
  ['stone.header-truncated', '31 bytes', good.subarray(0, 31)],
  ['stone.magic', 'another magic', changed(good, 1, 0)],
  ['stone.version', 'version 2', changed(good, 31, 2)],
  ['stone.integrity', 'a changed constant', changed(good, 12, 9)],
  [
    'stone.file-type',
    'type 0',
    forge({ fileType: 0, payloads: [metaPayload(requiredRecords())] }, codec),
  ],
  ['stone.file-type', 'type 255', forge({ fileType: 255, payloads: [] }, codec)],
  [
    'stone.payload-header-truncated',
    '65,535 payloads in 32 bytes',
    forge({ payloadCount: 65_535, payloads: [] }, codec),
  ],
  [
    'stone.payload-header-truncated',
    'one payload announced too many',
    forge({ payloadCount: 2, payloads: [metaPayload(requiredRecords())] }, codec),
  ],
  [
    'stone.trailing',
    'one payload announced too few',
    forge(
      {
        payloadCount: 1,
        payloads: [metaPayload(requiredRecords()), metaPayload(requiredRecords())],
      },
      codec,
    ),
  ],
  [
    'stone.trailing',
    'a byte behind the end',
    forge({ payloads: [metaPayload(requiredRecords())], tail: Buffer.alloc(1) }, codec),
  ],
  ['stone.stored-size', 'a cut body', good.subarray(0, good.length - 1)],
  ['stone.stored-size', '2^64 − 1 stored bytes', onlyMeta({ storedSize: 2n ** 64n - 1n })],
  ['stone.stored-size', '2^63 stored bytes', onlyMeta({ storedSize: 2n ** 63n })],
  ['stone.checksum', 'another checksum', onlyMeta({ checksum: 1n })],
  ['stone.payload-version', 'payload version 2', onlyMeta({ version: 2 })],
  ['stone.payload-kind', 'kind 6', onlyMeta({ kind: 6 })],
  ['stone.compression', 'compression 3', onlyMeta({ compression: 3 })],
  [
    'stone.payload-duplicate',
    'two Meta',
    forge({ payloads: [metaPayload(requiredRecords()), metaPayload(requiredRecords())] }, codec),
  ],
  [
    'stone.payload-unexpected',
    'a Layout in a manifest',
    forge(
      {
        fileType: 4,
        payloads: [{ kind: 3, plain: layoutRecord({ type: 3, target: 'a' }), recordCount: 1 }],
      },
      codec,
    ),
  ],
  [
    'stone.payload-header-truncated',
    'a payload header cut behind a good payload',
    Buffer.concat([
      forge({ payloadCount: 2, payloads: [metaPayload(requiredRecords())] }, codec),
      Buffer.alloc(31),
    ]),
  ],
  [
    'stone.stored-size',
    'a Content of 2^40 stored bytes as last payload',
    forge(
      {
        payloads: [
          metaPayload(requiredRecords()),
          { kind: 2, plain: Buffer.alloc(0), recordCount: 0, storedSize: 2n ** 40n },
        ],
      },
      codec,
    ),
  ],
  ...[2, 3, 4].map(
    (kind) =>
      [
        'stone.payload-duplicate',
        `two payloads of kind ${kind}`,
        forge({ payloads: [metaPayload(requiredRecords()), ...twice(kind)] }, codec),
      ] as const,
  ),
  ['stone.payload-empty', 'no records', onlyMeta({ recordCount: 0 })],
  ['stone.meta-absent', 'no Meta', forge({ payloads: [] }, codec)],
  [
    'stone.plain-size',
    'plain size beyond every limit',
    onlyMeta({ compression: 2, plainSize: 2n ** 64n - 1n }),
  ],
  ['stone.plain-size', 'uncompressed, sizes differ', onlyMeta({ plainSize: 9n })],
  [
    'stone.plain-size',
    'a frame without size that holds more',
    zstd(streamed(Buffer.alloc(400)), { plainSize: 300n }),
  ],
  ['stone.zstd-magic', 'no frame', zstd(Buffer.from('no zstd frame'))],
  ['stone.zstd-magic', 'nothing stored', zstd(Buffer.alloc(0))],
  [
    'stone.zstd-magic',
    'a skippable frame first',
    zstd(Buffer.concat([Buffer.from('502a4d1800000000', 'hex'), frame])),
  ],
  ['stone.zstd-header', 'the reserved bit', zstd(frameWith(4, (byte) => byte | 8))],
  ['stone.zstd-header', 'a cut frame header', zstd(frame.subarray(0, 5))],
  [
    'stone.zstd-content-size',
    'plain size too large by one',
    zstd(frame, { plainSize: BigInt(Buffer.concat(requiredRecords()).length + 1) }),
  ],
  [
    'stone.zstd-dictionary',
    'a dictionary id',
    zstd(
      Buffer.concat([
        frameWith(4, (byte) => byte | 1).subarray(0, 5),
        Buffer.of(7),
        frame.subarray(5),
      ]),
    ),
  ],
  ['stone.zstd-window', 'a window of 4 GiB', zstd(Buffer.from('28b52ffd00b0010000', 'hex'))],
  ['stone.zstd-truncated', 'a cut frame', zstd(frame.subarray(0, frame.length - 1))],
  ['stone.zstd-trailing', 'two frames', zstd(Buffer.concat([frame, frame]))],
  [
    'stone.zstd-trailing',
    'a skippable frame behind',
    zstd(Buffer.concat([frame, Buffer.from('502a4d1800000000', 'hex')])),
  ],
  [
    'stone.zstd-corrupt',
    'a wrong frame checksum of the Content',
    contentFrame(
      lastByteFlipped(zstdCompressSync(hello, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })),
    ),
  ],
  ['stone.zstd-trailing', 'two frames of Content', contentFrame(twoFrames(hello))],
  [
    'stone.zstd-truncated',
    'a cut frame of Content',
    contentFrame(zstdCompressSync(hello).subarray(0, -1)),
  ],
  [
    'stone.plain-size',
    'a Content without size that holds more',
    contentFrame(streamed(Buffer.alloc(400))),
  ],
  [
    'stone.plain-size',
    'a Content without size that holds less',
    contentFrame(streamed(Buffer.alloc(4))),
  ],
  [
    'stone.zstd-corrupt',
    'a reserved block type',
    zstd(changed(frame, 6 + frameSizeField(), (frame[6 + frameSizeField()] ?? 0) | 6)),
  ],
  [
    'stone.zstd-corrupt',
    'a wrong frame checksum',
    zstd(
      lastByteFlipped(
        zstdCompressSync(Buffer.concat(requiredRecords()), {
          params: { [constants.ZSTD_c_checksumFlag]: 1 },
        }),
      ),
    ),
  ],
  [
    'stone.amplification',
    'payloads of a small file that unpack to more than 24 MiB together',
    forge({ fileType: 4, payloads: ['a', 'b'].map((name) => largeMeta(name, 13 * MIB)) }, codec),
  ],
  [
    'stone.amplification',
    'more than 330,000 records in a small file',
    packageOf(attributes(165_001)),
  ],
  ['stone.record-count', 'more records than a payload may have', packageOf(attributes(500_001))],
  ['stone.record-count', 'more records than fit', onlyMeta({ recordCount: 2 ** 32 - 1 })],
  ['stone.record-overrun', 'one record too many', onlyMeta({ recordCount: 10 })],
  [
    'stone.record-overrun',
    'a length of 2^32 − 1',
    withMeta(metaRecord(12, 9, Buffer.from('MIT\0'), { length: 2 ** 32 - 1 })),
  ],
  [
    'stone.record-overrun',
    'a target beyond the payload',
    withLayout(layoutRecord({ type: 3, target: 'a', targetLength: 500 })),
  ],
  [
    'stone.record-overrun',
    'an attribute value beyond the payload',
    forge(
      {
        payloads: [
          metaPayload(requiredRecords()),
          {
            kind: 5,
            plain: Buffer.concat([Buffer.alloc(8), Buffer.from('ffffffffffffffff', 'hex')]),
            recordCount: 1,
          },
        ],
      },
      codec,
    ),
  ],
  ['stone.record-trailing', 'one record too few', onlyMeta({ recordCount: 8 })],
  [
    'stone.record-trailing',
    'an Index record too few',
    forge(
      {
        payloads: [
          metaPayload(requiredRecords()),
          { kind: 4, plain: Buffer.alloc(64), recordCount: 1 },
          { kind: 2, plain: Buffer.alloc(0), recordCount: 0 },
        ],
      },
      codec,
    ),
  ],
  [
    'stone.padding',
    'padding of a Meta record',
    withMeta(metaRecord(12, 9, Buffer.from('MIT\0'), { padding: 1 })),
  ],
  [
    'stone.padding',
    'padding of a Layout record',
    withLayout(layoutRecord({ type: 3, target: 'a', padding: 1 })),
  ],
  ['stone.string-nul', 'a NUL inside', withMeta(textRecord(12, 'M\0T'))],
  [
    'stone.string-nul',
    'a NUL inside a link',
    withLayout(layoutRecord({ type: 2, target: 'a', source: Buffer.from('b\0c') })),
  ],
  [
    'stone.string-utf8',
    'a target that is not UTF-8',
    withLayout(layoutRecord({ type: 3, target: Buffer.of(0x61, 0xff) })),
  ],
  [
    'stone.string-utf8',
    'a link that is not UTF-8',
    withLayout(layoutRecord({ type: 2, target: 'a', source: Buffer.of(0xff) })),
  ],
  [
    'stone.string-nul',
    'a NUL inside a target',
    withLayout(layoutRecord({ type: 3, target: 'a\0b' })),
  ],
  ['stone.string-utf8', 'invalid UTF-8', withMeta(metaRecord(12, 9, Buffer.of(0xff, 0)))],
  [
    'stone.string-utf8',
    'invalid UTF-8 beside valid',
    withMeta(textRecord(12, 'é'), metaRecord(12, 9, Buffer.of(0xc3, 0))),
  ],
  ['stone.meta-type', 'type 12', withMeta(metaRecord(12, 12, Buffer.of(1)))],
  [
    'stone.meta-type',
    'a name as number',
    packageWith({ meta: [integerRecord(1, 1n), ...requiredRecords().slice(1)] }, codec),
  ],
  [
    'stone.meta-type',
    'Provides as dependency',
    withMeta(metaRecord(9, 10, Buffer.from('\x06nano\0'))),
  ],
  ['stone.meta-int-length', 'a uint64 of 4 bytes', withMeta(metaRecord(16, 8, Buffer.alloc(4)))],
  [
    'stone.meta-dep-length',
    'a dependency of no bytes',
    withMeta(metaRecord(8, 10, Buffer.alloc(0))),
  ],
  [
    'stone.meta-dep-empty',
    'a dependency of a kind only',
    withMeta(metaRecord(8, 10, Buffer.of(6))),
  ],
  ...requiredRecords().map(
    (_, at) =>
      [
        'stone.meta-missing',
        `required record ${at} left out`,
        packageWith({ meta: requiredRecords().toSpliced(at, 1) }, codec),
      ] as const,
  ),
  ...[14, 15, 16].map(
    (tag) =>
      [
        'stone.meta-missing',
        `an index entry without tag ${tag}`,
        indexOf(location('a'.repeat(64)).filter((record) => record.readUInt16BE(4) !== tag)),
      ] as const,
  ),
  ['stone.meta-missing', 'an index entry without hash', indexOf(requiredRecords())],
  ['stone.meta-duplicate', 'two names', withMeta(textRecord(1, 'other'))],
  [
    'stone.meta-syntax',
    'a name with a slash',
    packageWith({ meta: requiredRecords('../nano') }, codec),
  ],
  ...['', '.', '..', '-x', 'a b', 'a\nb', 'é', 'a\\b', '$(name)-devel', 'a'.repeat(256)].map(
    (name) =>
      [
        'stone.meta-syntax',
        `the name ${JSON.stringify(name.slice(0, 20))}`,
        packageWith({ meta: requiredRecords(name) }, codec),
      ] as const,
  ),
  ...[
    [4, 2],
    [1, 3],
    [7, 7],
  ].map(
    ([at = 0, tag = 0]) =>
      [
        'stone.meta-syntax',
        `a slash in tag ${tag}`,
        packageWith({ meta: requiredRecords().with(at, textRecord(tag, 'a/b')) }, codec),
      ] as const,
  ),
  [
    'stone.meta-number',
    'a release beyond 2^53',
    packageWith({ meta: requiredRecords().with(2, integerRecord(11, 2n ** 64n - 1n)) }, codec),
  ],
  [
    'stone.meta-number',
    'a release below zero',
    packageWith({ meta: requiredRecords().with(2, metaRecord(11, 1, Buffer.of(0xff))) }, codec),
  ],
  [
    'stone.meta-type',
    'License as dependency',
    withMeta(metaRecord(12, 10, Buffer.from('\x06a\0'))),
  ],
  ['stone.meta-type', 'Conflicts as text', withMeta(textRecord(10, 'a'))],
  ['stone.meta-number', 'a size beyond 2^53', withMeta(integerRecord(16, 2n ** 53n))],
  ['stone.layout-type', 'type 8', withLayout(layoutRecord({ type: 8, target: 'a' }))],
  ...['', '/a', 'a/', 'a//b', 'a/../b', './a', '..'].map(
    (target) =>
      [
        'stone.layout-path',
        `target “${target}”`,
        withLayout(layoutRecord({ type: 3, target })),
      ] as const,
  ),
  ['stone.layout-duplicate', 'one target twice', withLayout(regular('a'), regular('a'))],
  ['stone.layout-parent', 'a file below a file', withLayout(regular('a/b'), regular('a'))],
  [
    'stone.layout-parent',
    'a file below a symlink',
    withLayout(
      layoutRecord({ type: 2, target: 'a', source: Buffer.from('/etc') }),
      regular('a/b/c'),
    ),
  ],
  [
    'stone.layout-digest-length',
    'a digest of 15 bytes',
    withLayout(regular('a', Buffer.alloc(15))),
  ],
  [
    'stone.layout-source',
    'a directory with a source',
    withLayout(layoutRecord({ type: 3, target: 'a', source: Buffer.from('x') })),
  ],
  ...[4, 5, 6, 7].map(
    (type) =>
      [
        'stone.layout-source',
        `a special file of type ${type} with a source`,
        withLayout(
          layoutRecord({
            type,
            target: 'a',
            source: Buffer.from('x'),
            mode: [0, 0, 0, 0, 0o020644, 0o060644, 0o010644, 0o140644][type] ?? 0,
          }),
        ),
      ] as const,
  ),
  [
    'stone.layout-mode',
    'a symlink with the mode of a file',
    withLayout(layoutRecord({ type: 2, target: 'a', source: Buffer.from('b'), mode: 0o100777 })),
  ],
  ['stone.layout-type', 'type 0', withLayout(layoutRecord({ type: 0, target: 'a' }))],
  [
    'stone.layout-source',
    'a symlink without text',
    withLayout(layoutRecord({ type: 2, target: 'a' })),
  ],
  [
    'stone.layout-mode',
    'a file with the mode of a directory',
    withLayout(layoutRecord({ type: 1, target: 'a', source: helloDigest, mode: 0o040755 })),
  ],
  ['stone.layout-tag', 'a tag', withLayout(layoutRecord({ type: 3, target: 'a', tag: 1 }))],
  ['stone.layout-digest', 'a digest that the Index lacks', withLayout(regular('a', worldDigest))],
  ['stone.index-range', 'start behind end', withIndex(hello, indexRecord(5n, 0n, helloDigest))],
  [
    'stone.index-range',
    'end behind the Content',
    withIndex(hello, indexRecord(0n, 6n, helloDigest)),
  ],
  [
    'stone.index-range',
    'end 2^64 − 1',
    withIndex(hello, indexRecord(0n, 2n ** 64n - 1n, helloDigest)),
  ],
  [
    'stone.index-overlap',
    'two ranges overlap',
    withIndex(hello, indexRecord(0n, 5n, helloDigest), indexRecord(3n, 5n, worldDigest)),
  ],
  [
    'stone.index-gap',
    'a gap',
    withIndex(Buffer.concat([hello, world]), indexRecord(5n, 10n, helloDigest)),
  ],
  [
    'stone.index-gap',
    'an uncovered tail',
    withIndex(Buffer.concat([hello, world]), indexRecord(0n, 5n, helloDigest)),
  ],
  ['stone.index-gap', 'Content without Index', packageWith({ content: hello }, codec)],
  [
    'stone.index-duplicate',
    'one digest twice',
    withIndex(
      Buffer.concat([hello, hello]),
      indexRecord(0n, 5n, helloDigest),
      indexRecord(5n, 10n, helloDigest),
    ),
  ],
  ['stone.index-digest', 'other bytes', withIndex(world, indexRecord(0n, 5n, helloDigest))],
  [
    'stone.content-absent',
    'Index without Content',
    packageWith({ index: [indexRecord(0n, 0n, helloDigest)] }, codec),
  ],
  ['stone.index-hash', 'a short hash', indexOf(location('abc'))],
  ['stone.index-hash', 'an upper-case hash', indexOf(location('A'.repeat(64)))],
  ['stone.index-uri', 'an absolute URI', indexOf(location('a'.repeat(64), '/a.stone'))],
  ...['', 'a//b', './a', 'a/%2e%2e/%2E./b', 'a\\b', 'a?b', 'a#b', 'a\tb', '//host/a', 'file:a'].map(
    (uri) =>
      [
        'stone.index-uri',
        `the URI ${JSON.stringify(uri)}`,
        indexOf(location('a'.repeat(64), uri)),
      ] as const,
  ),
  ['stone.index-uri', 'a climbing URI', indexOf(location('a'.repeat(64), 'a/../../b.stone'))],
  [
    'stone.index-uri',
    'another origin',
    indexOf(location('a'.repeat(64), 'https://example.org/a.stone')),
  ],
  [
    'stone.index-name-duplicate',
    'one name twice',
    indexOf(location('a'.repeat(64)), location(`aaa${'b'.repeat(61)}`)),
  ],
  [
    'stone.index-hash-duplicate',
    'one hash twice',
    indexOf(location('a'.repeat(64)), [
      ...requiredRecords('other'),
      ...location('a'.repeat(64)).slice(9),
    ]),
  ],
];

/** Codes of reading and writing on disk, each with a test of its own beside what refuses it. */
const ELSEWHERE: readonly (keyof typeof STONE_ERRORS)[] = [
  'dependency.malformed',
  'stone.unreadable',
  'stone.file-changed',
  'stone.too-many-payloads',
  'stone.field-too-long',
  'stone.not-encodable',
  'stone.entry-unsupported',
  'stone.entry-changed',
  'stone.extract-exists',
  'stone.write-failed',
];

const FORGIVEN: readonly (readonly [string, Buffer])[] = [
  [
    'an unknown file type',
    forge({ fileType: 9, payloads: [metaPayload(requiredRecords())] }, codec),
  ],
  [
    'an unknown payload kind',
    forge(
      { payloads: [metaPayload(requiredRecords()), { kind: 6, plain: hello, recordCount: 1 }] },
      codec,
    ),
  ],
  [
    'an unknown compression',
    forge(
      {
        payloads: [
          metaPayload(requiredRecords()),
          { kind: 3, compression: 3, plain: hello, recordCount: 1 },
        ],
      },
      codec,
    ),
  ],
  ['another payload version', onlyMeta({ version: 2 })],
  ['padding', withMeta(metaRecord(12, 9, Buffer.from('MIT\0'), { padding: 1 }))],
  ['an unknown record type', withMeta(metaRecord(12, 12, Buffer.of(1)))],
  ['a single value twice', withMeta(textRecord(1, 'other'))],
  ['an unknown entry type', withLayout(layoutRecord({ type: 8, target: 'a' }))],
  [
    'an empty payload',
    forge({ fileType: 2, payloads: [{ kind: 3, plain: Buffer.alloc(0), recordCount: 0 }] }, codec),
  ],
];

describe('tolerant reading', () => {
  const read = (bytes: Buffer, mode: 'strict' | 'tolerant') =>
    decodeStone(bytes, codec, { mode, contentSizeBytesMax: 1_000 });

  it.each(FORGIVEN)('forgives %s, strict reading does not', (_, bytes) => {
    expect(read(bytes, 'tolerant')).toMatchObject({ ok: true });
    expect(read(bytes, 'strict')).toMatchObject({ ok: false });
  });

  it.each([
    [
      'stone.checksum',
      forge({ payloads: [{ kind: 6, plain: hello, recordCount: 1, checksum: 1n }] }, codec),
    ],
    ['stone.layout-path', withLayout(layoutRecord({ type: 3, target: '../a' }))],
    ['stone.index-digest', withIndex(world, indexRecord(0n, 5n, helloDigest))],
    ['stone.meta-syntax', packageWith({ meta: requiredRecords('a/b') }, codec)],
    ['stone.trailing', forge({ payloads: [metaPayload(requiredRecords())], tail: hello }, codec)],
  ])('still refuses with %s', (code, bytes) => {
    expect(read(bytes, 'tolerant')).toMatchObject({ ok: false, error: { code } });
  });
});

describe('refusals', () => {
  let directory = '';
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'cairn-refusals-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('accepts what the cases are made from', () => {
    const options = { mode: 'strict', contentSizeBytesMax: 1_000 } as const;
    for (const bytes of [
      good,
      withLayout(regular('a')),
      indexOf(location('a'.repeat(64))),
      zstd(frame),
    ]) {
      expect(decodeStone(bytes, codec, options)).toMatchObject({ ok: true });
    }
  });

  it.each(CASES)('refuses with %s: %s', async (code, _, bytes) => {
    const inMemory = decodeStone(bytes, codec, { mode: 'strict', contentSizeBytesMax: 1_000 });
    expect(inMemory).toMatchObject({ ok: false, error: { code } });
    if (inMemory.ok) return;
    expect(inMemory.error.offset).toBeLessThanOrEqual(bytes.byteLength);
    expect(inMemory.error.message).not.toBe('');
    const path = join(directory, 'case.stone');
    await writeFile(path, bytes);
    expect(await verifyStone(path, { mode: 'strict' })).toEqual(inMemory);
  });

  it('refuses a file of another type than the wanted one', () => {
    const code = 'stone.file-type';
    expect(decodeIndex(good, codec)).toMatchObject({ ok: false, error: { code } });
    const index = indexOf(location('a'.repeat(64)));
    expect(readPackageMeta(index, codec)).toMatchObject({ ok: false, error: { code } });
  });

  it.each([
    ['stone.index-name-duplicate', location('a'.repeat(64)), location(`aaa${'b'.repeat(61)}`)],
    [
      'stone.index-hash-duplicate',
      location('a'.repeat(64)),
      [...requiredRecords('other'), ...location('a'.repeat(64)).slice(9)],
    ],
  ])('refuses twins of an index that is read as such: %s', (code, ...entries) => {
    const index = indexOf(...entries);
    expect(decodeIndex(index, codec, { mode: 'strict' })).toMatchObject({ error: { code } });
    expect(decodeIndex(index, codec)).toMatchObject({ ok: true });
  });

  it('reads no description that claims more stored bytes than any may have', () => {
    const head = onlyMeta({ storedSize: 2n ** 40n }).subarray(0, 64);
    const result = readPackageMeta(head, codec, { fileSizeBytes: 2 ** 41 });
    expect(result).toMatchObject({ ok: false, error: { code: 'stone.stored-size' } });
  });

  it('has a case for every code', () => {
    const covered = new Set<string>([...CASES.map(([code]) => code), ...ELSEWHERE]);
    expect(Object.keys(STONE_ERRORS).filter((code) => !covered.has(code))).toEqual([]);
  });
});

/** A package of one file of five bytes whose Content is this frame. */
function contentFrame(stored: Buffer): Buffer {
  return forge(
    {
      payloads: [
        metaPayload(requiredRecords()),
        { kind: 4, plain: indexRecord(0n, 5n, helloDigest), recordCount: 1 },
        { kind: 2, plain: hello, recordCount: 0, compression: 2, stored },
      ],
    },
    codec,
  );
}

function twoFrames(plain: Buffer): Buffer {
  return Buffer.concat([zstdCompressSync(plain), zstdCompressSync(plain)]);
}

/** Two payloads of a kind, each good on its own. */
function twice(kind: number) {
  const plain = [
    Buffer.alloc(0),
    Buffer.alloc(0),
    hello,
    layoutRecord({ type: 3, target: 'a' }),
    indexRecord(0n, 5n, helloDigest),
  ][kind];
  const payload = { kind, plain: plain ?? hello, recordCount: kind === 2 ? 0 : 1 };
  return [payload, payload];
}

function largeMeta(name: string, sizeBytes: number) {
  const plain = [...requiredRecords(name), textRecord(12, 'x'.repeat(sizeBytes))];
  return metaPayload(plain, { compression: 2 });
}

function attributes(recordCount: number) {
  return { kind: 5, compression: 2, plain: Buffer.alloc(16 * recordCount), recordCount };
}

function packageOf(...payloads: Parameters<typeof forge>[0]['payloads'][number][]): Buffer {
  return forge({ payloads: [metaPayload(requiredRecords()), ...payloads] }, codec);
}

/** A frame that does not say how much it holds. */
function streamed(bytes: Uint8Array): Buffer {
  return zstdCompressSync(bytes, { params: { [constants.ZSTD_c_contentSizeFlag]: 0 } });
}

function lastByteFlipped(bytes: Buffer): Buffer {
  return changed(bytes, bytes.length - 1, (bytes.at(-1) ?? 0) ^ 1);
}

/** Bytes of the content size field minus one: the first block header stands behind it. */
function frameSizeField(): number {
  return (frame[4] ?? 0) >> 6 === 0 ? 0 : 1;
}
