import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeIndex,
  decodeManifest,
  decodeStone,
  encodeIndex,
  encodeManifest,
} from '@cairn/stone';
import { createStone, extractStone, loadCodec, readStone, verifyStone } from './index.js';

const STONES = resolve(import.meta.dirname, '../../../../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData) console.log('samples.test.ts: shared/data/stones is absent, skipped');

describe.skipIf(!hasData)('samples', () => {
  let dir = '';
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'cairn-stone-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('verifies every sample', async () => {
    for (const name of await readdir(join(STONES, 'samples'))) {
      if (name.endsWith('.jsonc')) continue;
      const result = await verifyStone(join(STONES, 'samples', name), { mode: 'strict' });
      expect(result, name).toMatchObject({ ok: true });
    }
  });

  it('gives the expected verdict for every malformed file', async () => {
    const expected = JSON.parse(
      await readFile(join(STONES, 'malformed/expected.json'), 'utf8'),
    ) as Record<string, { verdict: string; check: string }>;
    const codec = await loadCodec();
    for (const [name, { verdict, check }] of Object.entries(expected)) {
      const path = join(STONES, 'malformed', `${name}.stone`);
      const result = await verifyStone(path, { mode: 'strict' });
      const got = result.ok ? 'accept' : 'reject';
      const code = result.ok ? 'accept' : result.error.code;
      if (code !== check && code !== `stone.${check}`) console.log(name, check, code);
      expect(got, name).toBe(verdict);
      const inMemory = decodeStone(await readFile(path), codec, {
        mode: 'strict',
        contentSizeBytesMax: 1 << 30,
      });
      expect(inMemory.ok ? 'accept' : inMemory.error.code, name).toBe(code);
    }
  });

  it('re-encodes', async () => {
    const codec = await loadCodec();
    for (const name of ['big-3993.index', 'vessel-stone.index', 'moss-stone.index']) {
      const bytes = await readFile(join(STONES, 'reference', name));
      const packages = decodeIndex(bytes, codec, { mode: 'strict' });
      if (!packages.ok) throw new Error(JSON.stringify(packages.error));
      const again = encodeIndex(packages.value, codec);
      if (!again.ok) throw new Error(JSON.stringify(again.error));
      console.log(name, Buffer.compare(again.value, bytes));
    }
    for (const name of [
      'manifest-glibc.x86_64.bin',
      'manifest-nano.x86_64.bin',
      'manifest-gen-rust-current.bin',
    ]) {
      const bytes = await readFile(join(STONES, 'samples', name));
      const packages = decodeManifest(bytes, codec, { mode: 'strict' });
      if (!packages.ok) throw new Error(JSON.stringify(packages.error));
      const again = encodeManifest(packages.value, codec);
      if (!again.ok) throw new Error(JSON.stringify(again.error));
      console.log(name, Buffer.compare(again.value, bytes));
    }
  });

  it('extracts and creates', async () => {
    const path = join(STONES, 'samples/nano-8.3-33-1-x86_64.stone');
    const out = join(dir, 'nano');
    expect(await extractStone(path, out)).toMatchObject({ ok: true });
    const read = await readStone(path);
    if (!read.ok) throw new Error('x');
    const made = await createStone({
      package: read.value.package,
      root: out,
      out: join(dir, 'nano.stone'),
    });
    expect(made).toMatchObject({ ok: true });
    const a = await readFile(path),
      b = await readFile(join(dir, 'nano.stone'));
    console.log(a.length, b.length);
  });
});
