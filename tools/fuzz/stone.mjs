// Mutates stones until the time is over and stops at the first exception, slow call or memory hog; prints how to repeat it.
// Needs the built libraries (`npx tsc -b libs/stone-files`).
//   node tools/fuzz/stone.mjs [--seconds 60] [--seed N] [--corpus DIR]
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decodeStone, encodeIndex, STONE_ERRORS } from '../../libs/stone/dist/index.js';
import { loadCodec } from '../../libs/stone-files/dist/index.js';

const MIB = 2 ** 20;
const CALL_MS_MAX = 2_000;
const MEMORY_SIZE_BYTES_MAX = 256 * MIB;
const FILE_SIZE_BYTES_MAX = MIB;
const SAMPLES = resolve(import.meta.dirname, '../../../shared/data/stones');
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    corpus: {
      type: 'string',
      multiple: true,
      default: ['samples', 'malformed'].map((name) => join(SAMPLES, name)),
    },
  },
});

const codec = await loadCodec();
const corpus = readCorpus();
const seed = Number(values.seed);
const random = randomNumbers(seed);
const startRss = process.memoryUsage().rss;
const endMs = performance.now() + 1_000 * Number(values.seconds);
const codes = new Map();
let count = 0;
let slowestMs = 0;

while (performance.now() < endMs) {
  const bytes = mutate(corpus[random(corpus.length)]);
  const mode = random(2) === 0 ? 'strict' : 'tolerant';
  const from = performance.now();
  try {
    const result = decodeStone(bytes, codec, { mode, contentSizeBytesMax: MEMORY_SIZE_BYTES_MAX });
    const code = result.ok ? 'accepted' : result.error.code;
    if (code !== 'accepted' && !(code in STONE_ERRORS)) stop(`unknown code ${code}`, bytes);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  } catch (error) {
    stop(error.stack, bytes);
  }
  const ms = performance.now() - from;
  slowestMs = Math.max(slowestMs, ms);
  if (ms > CALL_MS_MAX) stop(`${Math.round(ms)} ms for ${bytes.length} bytes`, bytes);
  // node:zlib closes its decoders in later ticks; without one they would pile up.
  if (++count % 10 === 0) await nextTurn();
  if (count % 1_000 === 0 && process.memoryUsage().rss - startRss > MEMORY_SIZE_BYTES_MAX)
    stop('more than 256 MiB', bytes);
}
console.log(
  JSON.stringify(
    {
      seed,
      count,
      slowest_ms: Math.round(slowestMs),
      codes: Object.fromEntries([...codes].sort(([, a], [, b]) => b - a)),
    },
    undefined,
    2,
  ),
);

function readCorpus() {
  const files = values.corpus
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const stones = files
    .filter((path) => /\.(stone|bin|index)$/.test(path))
    .map((path) => readFileSync(path));
  const small = stones.filter((bytes) => bytes.length <= FILE_SIZE_BYTES_MAX);
  if (small.length > 0) return small;
  console.log('No corpus; starting from an empty index.');
  return [Buffer.from(encodeIndex([], codec).value)];
}

function stop(reason, bytes) {
  const path = join(tmpdir(), `cairn-fuzz-${seed}-${count}.stone`);
  writeFileSync(path, bytes);
  console.error(`${reason}\nAfter ${count} mutations with --seed ${seed}; the file is ${path}`);
  process.exit(1);
}

/** One to four edits, then checksums set right half of the time. */
function mutate(original) {
  let bytes = Buffer.from(original);
  for (let edits = 1 + random(4); edits > 0 && bytes.length > 0; edits--) bytes = edit(bytes);
  return random(2) === 0 ? bytes : repaired(bytes);
}

function edit(bytes) {
  const at = random(random(2) === 0 ? Math.min(bytes.length, 600) : bytes.length);
  switch (random(6)) {
    case 0:
      bytes[at] ^= 1 << random(8);
      return bytes;
    case 1:
      bytes[at] = random(256);
      return bytes;
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(Math.min(bytes.length, at + random(64))),
      ]);
    case 4: {
      const other = corpus[random(corpus.length)];
      const from = random(other.length + 1);
      const spliced = other.subarray(from, from + random(512));
      return Buffer.concat([bytes.subarray(0, at), spliced, bytes.subarray(at)]);
    }
    default: {
      const sizes = [
        0n,
        1n,
        0x7fn,
        0xffn,
        0xffffn,
        2n ** 31n,
        2n ** 32n - 1n,
        2n ** 40n,
        2n ** 53n,
        2n ** 63n,
        2n ** 64n - 1n,
      ];
      if (at + 8 <= bytes.length) bytes.writeBigUInt64BE(sizes[random(sizes.length)], at);
      return bytes;
    }
  }
}

function repaired(bytes) {
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

/** mulberry32 */
function randomNumbers(from) {
  let state = from;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
