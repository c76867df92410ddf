import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import {
  forge,
  layoutRecord,
  metaPayload,
  metaRecord,
  requiredRecords,
  textRecord,
  type ForgedPayload,
} from './forged-stone.conformance.js';
import { loadCodec } from './index.js';
import { costOf } from './process-cost.conformance.js';

const CPU_TIME_MS_MAX = 2_000;
const MEMORY_SIZE_BYTES_MAX = 256 * MIB;
const FILE_SIZE_BYTES_MAX = MIB;
/** As many as a small file may hold, and as long as they may be together. */
const LAYOUT_RECORDS = 164_000;
const META_RECORDS = 329_000;
const codec = await loadCodec();

function packed(kind: number, records: readonly Buffer[]): ForgedPayload {
  const plain = Buffer.concat(records);
  const params = {
    [constants.ZSTD_c_compressionLevel]: 5,
    [constants.ZSTD_c_enableLongDistanceMatching]: 1,
  };
  const stored = zstdCompressSync(plain, { params });
  return { kind, plain, recordCount: records.length, compression: 2, stored };
}

function numbered(count: number, make: (number: string) => Buffer): Buffer[] {
  return Array.from({ length: count }, (_, at) => make(at.toString(36).padStart(5, '0')));
}

const name = 'a/directory/with/quite/a/long/name/so/that/it/fills/what/may/be/filled/';
const bareDirectory = (target: string) => layoutRecord({ type: 3, target });
const CASES: readonly (readonly [string, ForgedPayload])[] = [
  [
    'many long paths',
    packed(
      3,
      numbered(LAYOUT_RECORDS, (at) => bareDirectory(name + at)),
    ),
  ],
  [
    'many paths beyond ASCII',
    packed(
      3,
      numbered(LAYOUT_RECORDS, (at) => bareDirectory(`é/${at}`)),
    ),
  ],
  [
    'deep paths',
    packed(
      3,
      numbered(12_000, (at) => bareDirectory(`${at}${'/a'.repeat(900)}`)),
    ),
  ],
  [
    'many providers',
    packed(1, [
      ...requiredRecords(),
      ...numbered(META_RECORDS, (at) => metaRecord(9, 11, Buffer.from(`\u0006${at}\0`))),
    ]),
  ],
  ['a long text', packed(1, [...requiredRecords(), textRecord(12, 'é'.repeat(8 * MIB - 300))])],
  [
    'many attributes',
    packed(
      5,
      Array.from({ length: 164_000 }, () => Buffer.alloc(16)),
    ),
  ],
];

let directory = '';
let path = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-hostile-'));
  path = join(directory, 'case.stone');
});
afterAll(() => rm(directory, { recursive: true }));

describe('a file of less than 1 MiB that unpacks to as much as it may', () => {
  it.each(CASES)('is read within 2 s and 256 MiB: %s', async (_, payload) => {
    const payloads = payload.kind === 1 ? [payload] : [metaPayload(requiredRecords()), payload];
    const bytes = forge({ payloads }, codec);
    expect(bytes.byteLength).toBeLessThan(FILE_SIZE_BYTES_MAX);
    await writeFile(path, bytes);
    const cost = costOf(`verifyStone(${JSON.stringify(path)}, { mode: 'strict' })`);
    expect(cost.cpuTimeMs).toBeLessThan(CPU_TIME_MS_MAX);
    expect(cost.peakBytes - cost.startBytes).toBeLessThan(MEMORY_SIZE_BYTES_MAX);
  });
});
