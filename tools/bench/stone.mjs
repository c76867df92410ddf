// Ratios of the stone library against the plain tools, measured side by side in one run; medians.
// Prints one JSON object. Needs `zstd`, `sha256sum` and the built libraries (`npx tsc -b libs/stone-files`).
//   node tools/bench/stone.mjs [--only extract,read,add,folder] [--runs 7] [--index FILE] [--folder DIR]
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { freemem, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import * as stone from '../../libs/stone/dist/index.js';
import { loadCodec } from '../../libs/stone-files/dist/index.js';

const MIB = 2 ** 20;
const SCRATCH_SIZE_BYTES = 4 * 2 ** 30;
const MEMORY_FOLDER = '/dev/shm';
const CONTENT_SIZE_BYTES = 512 * MIB;
const CONTENT_FILES = 2_000;
const FOLDER_FILES = 2_000;
const FOLDER_FILE_SIZE_BYTES = 500_000;
const ROOT = resolve(import.meta.dirname, '../..');
const WORKER = join(import.meta.dirname, 'stone-worker.mjs');
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runs: { type: 'string', default: '7' },
    folder: { type: 'string', default: scratchFolder() },
    index: {
      type: 'string',
      default: join(ROOT, '../shared/data/stones/reference/big-3993.index'),
    },
  },
});
const runs = Math.max(1, Number(values.runs));
const wanted = values.only?.split(',');
const folder = mkdtempSync(join(values.folder, 'cairn-bench-stone-'));
const codec = await loadCodec();
const report = { node: process.version, runs, folder: values.folder };

try {
  if (wants('read')) report.read_index_vs_decompress = benchRead();
  if (wants('add')) report.add_one_vs_rebuild = benchAdd();
  if (wants('folder')) report.folder_vs_sha256sum = benchFolder();
  if (wants('extract')) report.extract_vs_zstd = benchExtract();
  console.log(JSON.stringify(report, undefined, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Files in memory where there is room, for both sides: ext4 takes a millisecond to create a file in a place where
 * thousands were deleted in the last minutes, which is what a benchmark does between its runs.
 */
function scratchFolder() {
  if (!existsSync(MEMORY_FOLDER) || freemem() < 2 * SCRATCH_SIZE_BYTES) return tmpdir();
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  return bavail * bsize < SCRATCH_SIZE_BYTES ? tmpdir() : MEMORY_FOLDER;
}

function wants(name) {
  return wanted === undefined || wanted.includes(name);
}

/** Both sides in turn, so that a busy machine slows both; the ratio of their medians. */
function sideBySide(ours, theirs) {
  const times = { ours: [], theirs: [] };
  for (let run = 0; run <= runs; run++) {
    const oursMs = timeMs(ours);
    const theirsMs = timeMs(theirs);
    if (run === 0) continue; // warms caches and the compiler up
    times.ours.push(oursMs);
    times.theirs.push(theirsMs);
  }
  const [oursMs, theirsMs] = [median(times.ours), median(times.theirs)];
  return {
    ratio: round(oursMs / theirsMs, 4),
    ours_ms: round(oursMs, 2),
    theirs_ms: round(theirsMs, 2),
  };
}

function timeMs(work) {
  const prepared = work.prepare?.();
  const from = performance.now();
  work.run(prepared);
  return performance.now() - from;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function round(number, digits) {
  return Number(number.toFixed(digits));
}

function must(result) {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** All entries of a large index as typed model, against only decompressing them. */
function benchRead() {
  const bytes = indexBytes();
  const slots = must(
    stone.decodeStone(bytes, codec, { mode: 'tolerant', contentSizeBytesMax: 0 }),
  ).payloads.map(({ slot }) => slot);
  const params = { [constants.ZSTD_d_windowLogMax]: 31 };
  return sideBySide(
    { run: () => must(stone.decodeIndex(bytes, codec)) },
    {
      run: () => {
        for (const { bodyOffset, storedSizeBytes, plainSizeBytes } of slots) {
          const stored = bytes.subarray(bodyOffset, bodyOffset + storedSizeBytes);
          zstdDecompressSync(stored, {
            params,
            chunkSize: Math.max(64, plainSizeBytes),
            maxOutputLength: plainSizeBytes,
          });
        }
      },
    },
  );
}

/** One package more in that index, against rebuilding it from its descriptions. */
function benchAdd() {
  const index = must(stone.openIndex(indexBytes(), codec));
  const packages = index.entries.map(({ stonePackage }) => stonePackage);
  const added = { ...packages[1_000], name: 'one-more', hash: 'a'.repeat(64) };
  return sideBySide(
    { run: () => must(stone.indexBytes(must(stone.addToIndex(index, [added], codec)))) },
    { run: () => must(stone.encodeIndex([...packages, added], codec)) },
  );
}

/** Hash and Meta of many packages, against sha256sum of the same files; whole processes. */
function benchFolder() {
  const path = join(folder, 'pool');
  mkdirSync(path);
  const names = [];
  for (let at = 0; at < FOLDER_FILES; at++) {
    const name = `package-${at}-1-1-1-x86_64.stone`;
    writeFileSync(join(path, name), fillerPackage(at));
    names.push(name);
  }
  const result = sideBySide(
    { run: () => runProcess(process.execPath, [WORKER, 'describe', path]) },
    { run: () => runProcess('sha256sum', names, path) },
  );
  rmSync(path, { recursive: true });
  return result;
}

/** Extracting with every digest checked, against zstd -d of the same frame to one file; whole processes. */
function benchExtract() {
  const { packagePath, framePath } = writeLargePackage();
  const out = join(folder, 'out');
  const clean = () => rmSync(out, { recursive: true, force: true });
  const result = sideBySide(
    {
      prepare: clean,
      run: () => runProcess(process.execPath, [WORKER, 'extract', packagePath, out]),
    },
    {
      prepare: clean,
      run: () => runProcess('zstd', ['-d', '-q', '-f', '--long=31', framePath, '-o', out]),
    },
  );
  return { ...result, package_mib: round(statSync(packagePath).size / MIB, 1) };
}

function runProcess(command, args, cwd = folder) {
  const done = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`${command} failed`);
}

function indexBytes() {
  if (!existsSync(values.index))
    throw new Error(`No index at ${values.index}; give one with --index FILE.`);
  return readFileSync(values.index);
}

function describedPackage(name) {
  const lists = {
    licenses: ['MPL-2.0'],
    depends: [],
    provides: [],
    conflicts: [],
    buildDepends: [],
  };
  const texts = {
    version: '1',
    architecture: 'x86_64',
    summary: 'Bench',
    description: 'Bench',
    homepage: 'https://example.org/',
  };
  return { name, sourceId: name, sourceRelease: 1, buildRelease: 1, ...texts, ...lists };
}

/** A package of about 500 kB whose Content is one stored frame of noise. */
function fillerPackage(seed) {
  const plain = noise(FOLDER_FILE_SIZE_BYTES, seed + 1);
  return packageBytes(
    `package-${seed}`,
    [plain],
    zstdCompressSync(plain, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }),
  );
}

function writeLargePackage() {
  const files = [];
  const sizeBytes = Math.floor(CONTENT_SIZE_BYTES / CONTENT_FILES);
  for (let at = 0; at < CONTENT_FILES; at++) files.push(realistic(sizeBytes, at + 1));
  const plain = Buffer.concat(files);
  const params = {
    [constants.ZSTD_c_compressionLevel]: 3,
    [constants.ZSTD_c_windowLog]: 27,
    [constants.ZSTD_c_nbWorkers]: 2,
  };
  const frame = zstdCompressSync(plain, { params });
  const packagePath = join(folder, 'large.stone');
  const framePath = join(folder, 'large.zst');
  writeFileSync(packagePath, packageBytes('large', files, frame));
  writeFileSync(framePath, frame);
  return { packagePath, framePath };
}

function packageBytes(name, files, frame) {
  const records = [];
  const ranges = [];
  let start = 0;
  for (const [at, bytes] of files.entries()) {
    const digest = stone.toHex(codec.xxh3_128(bytes));
    records.push({
      type: 'regular',
      uid: 0,
      gid: 0,
      mode: 0o100644,
      target: `share/bench/${at % 40}/file-${at}`,
      digest,
    });
    ranges.push({ start, end: start + bytes.byteLength, digest });
    start += bytes.byteLength;
  }
  const layout = must(stone.encodeLayoutEntries(records));
  const content = {
    kind: 'content',
    storedSizeBytes: frame.byteLength,
    plainSizeBytes: start,
    checksum: codec.xxh3_64(frame),
    recordCount: 0,
  };
  return Buffer.concat([
    stone.encodeHeader({ fileType: 'binary', payloadCount: 4 }),
    must(stone.encodeMetaBlock(describedPackage(name), 'package', codec)),
    stone.encodePayload({ kind: 'layout', recordCount: records.length, plain: layout }, codec),
    stone.encodePayload(
      { kind: 'index', recordCount: ranges.length, plain: stone.encodeContentRanges(ranges) },
      codec,
    ),
    stone.encodePayloadHeader(content),
    frame,
  ]);
}

/** Bytes that do not compress, the same for the same seed. */
function noise(sizeBytes, seed) {
  const bytes = Buffer.alloc(sizeBytes);
  for (let offset = 0, block = 0; offset < sizeBytes; offset += 64, block++) {
    createHash('sha512').update(`${seed} ${block}`).digest().copy(bytes, offset);
  }
  return bytes;
}

/** Bytes that compress about three to one, as binaries and texts do: words, numbers and some noise. */
function realistic(sizeBytes, seed) {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  const random = noise(4_096, seed);
  const bytes = Buffer.alloc(sizeBytes);
  let offset = 0;
  while (offset < sizeBytes) {
    const choice = next() >>> 28;
    const piece =
      choice < 6
        ? random.subarray(next() >>> 20, (next() >>> 20) + 64).subarray(0, 24)
        : Buffer.from(`word${next() >>> 22} = value(${next() >>> 26});\n`);
    offset += piece.copy(bytes, offset) || 1;
  }
  return bytes;
}
