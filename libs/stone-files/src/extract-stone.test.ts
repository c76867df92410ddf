import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIB } from '@cairn/std';
import {
  forge,
  indexRecord,
  layoutRecord,
  metaPayload,
  packageWith,
  requiredRecords,
} from './forged-stone.conformance.js';
import { extractStone, loadCodec } from './index.js';

const codec = await loadCodec();
const hello = Buffer.from('hello');
const digest = codec.xxh3_128(hello);
const content = { index: [indexRecord(0n, 5n, digest)], content: hello };
const regular = (target: string, mode = 0o100644) =>
  layoutRecord({ type: 1, target, source: digest, mode });
const link = (target: string, to: string) =>
  layoutRecord({ type: 2, target, source: Buffer.from(to) });

let directory = '';
const out = () => join(directory, 'out');

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-extract-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function extract(layout: Buffer[], options: Parameters<typeof extractStone>[2] = {}) {
  const path = join(directory, 'case.stone');
  await writeFile(path, packageWith({ layout, ...content }, codec));
  return extractStone(path, out(), options);
}

/** A package of these files, each under two names; other Content than announced when that is given. */
function packageOfFiles(files: readonly Buffer[], content = files): Buffer {
  let start = 0;
  const index = files.map((bytes) => {
    const end = start + bytes.byteLength;
    const record = indexRecord(BigInt(start), BigInt(end), codec.xxh3_128(bytes));
    start = end;
    return record;
  });
  const layout = files.flatMap((bytes, at) => {
    const source = codec.xxh3_128(bytes);
    return [
      layoutRecord({ type: 1, target: `file-${at}`, source, mode: 0o100755 }),
      layoutRecord({ type: 1, target: `copy-${at}`, source, mode: 0o100600 }),
    ];
  });
  const payloads = [
    metaPayload(requiredRecords()),
    { kind: 3, plain: Buffer.concat(layout), recordCount: layout.length },
    { kind: 4, plain: Buffer.concat(index), recordCount: index.length },
    { kind: 2, plain: Buffer.concat(content), recordCount: 0, compression: 2 },
  ];
  return forge({ payloads }, codec);
}

async function modeOf(target: string): Promise<number> {
  return (await lstat(join(out(), 'usr', target))).mode & 0o7777;
}

describe('extractStone', () => {
  it('writes files, links and empty directories with their modes, children before parents or not', async () => {
    const layout = [
      regular('deep/er/file', 0o100755),
      regular('copy', 0o100600),
      layoutRecord({ type: 3, target: 'deep', mode: 0o040555 }),
      layoutRecord({ type: 3, target: 'empty', mode: 0o040700 }),
      link('link', 'copy'),
    ];
    expect(await extract(layout)).toMatchObject({
      ok: true,
      value: { pathCount: 5, contentSizeBytes: 5 },
    });
    expect(await readFile(join(out(), 'usr/deep/er/file'), 'utf8')).toBe('hello');
    expect(await readFile(join(out(), 'usr/link'), 'utf8')).toBe('hello');
    expect(await modeOf('deep/er/file')).toBe(0o755);
    expect(await modeOf('copy')).toBe(0o600);
    expect(await modeOf('deep')).toBe(0o555);
    expect(await modeOf('deep/er')).toBe(0o755);
    expect(await modeOf('empty')).toBe(0o700);
  });

  it('gives every path a file of its own', async () => {
    await extract([regular('a'), regular('b')]);
    await writeFile(join(out(), 'usr/a'), 'changed');
    expect(await readFile(join(out(), 'usr/b'), 'utf8')).toBe('hello');
  });

  it('drops set-user-id bits unless they are asked for', async () => {
    await extract([regular('su', 0o104755)]);
    expect(await modeOf('su')).toBe(0o755);
    await rm(out(), { recursive: true });
    await extract([regular('su', 0o104755)], { keepSpecialBits: true });
    expect(await modeOf('su')).toBe(0o4755);
  });

  it.each([
    ['a climbing target', [regular('../../escaped')], 'stone.layout-path'],
    ['an absolute target', [regular('/tmp/escaped')], 'stone.layout-path'],
    [
      'a file through a link of the same package',
      [link('etc', '/etc'), regular('etc/escaped')],
      'stone.layout-parent',
    ],
    [
      'a file through a link listed later',
      [regular('etc/escaped'), link('etc', '/etc')],
      'stone.layout-parent',
    ],
    [
      'a file in place of a link',
      [link('a', '/etc/passwd'), regular('a')],
      'stone.layout-duplicate',
    ],
  ])('refuses %s and writes nothing', async (_, layout, code) => {
    expect(await extract(layout)).toMatchObject({ ok: false, error: { code } });
    expect(await readdir(directory)).toEqual(['case.stone']);
  });

  it('keeps a link that leads outside but writes nothing through it', async () => {
    expect(await extract([link('out', '../../../../etc'), regular('a')])).toMatchObject({
      ok: true,
    });
    expect((await lstat(join(out(), 'usr/out'))).isSymbolicLink()).toBe(true);
  });

  it('does not make devices', async () => {
    const result = await extract([layoutRecord({ type: 4, target: 'null' }), regular('a')]);
    expect(result).toMatchObject({ ok: true, value: { ignoredPaths: ['null'] } });
    expect(await readdir(join(out(), 'usr'))).toEqual(['a']);
  });

  it('refuses a directory that holds something, a planted link included', async () => {
    await mkdir(out());
    await symlink('/etc', join(out(), 'usr'));
    expect(await extract([regular('a')])).toMatchObject({
      ok: false,
      error: { code: 'stone.extract-exists' },
    });
  });

  it('takes everything back when a digest is wrong', async () => {
    const path = join(directory, 'case.stone');
    const wrong = { index: [indexRecord(0n, 5n, digest)], content: Buffer.from('world') };
    await writeFile(path, packageWith({ layout: [regular('a')], ...wrong }, codec));
    expect(await extractStone(path, out())).toMatchObject({
      ok: false,
      error: { code: 'stone.index-digest' },
    });
    expect(await readdir(out())).toEqual([]);
  });

  it('unpacks no more than it may', async () => {
    const result = await extract([regular('a')], { contentSizeBytesMax: 4 });
    expect(result).toMatchObject({ ok: false, error: { code: 'stone.plain-size' } });
    expect(await extract([regular('a')], { contentSizeBytesMax: 5 })).toMatchObject({ ok: true });
  });

  it('writes files that span pieces and share them, and gives each its mode', async () => {
    const sizes = [3 * MIB + 7, MIB, 70_000, 65_536, 65_535, 9, 1, 0];
    const files = sizes.map((size, seed) => Buffer.alloc(size, `${seed} and more `));
    const path = join(directory, 'many.stone');
    await writeFile(path, packageOfFiles(files));
    const result = await extractStone(path, out());
    expect(result).toMatchObject({ ok: true, value: { pathCount: 2 * files.length } });
    for (const [at, bytes] of files.entries()) {
      for (const name of ['file', 'copy']) {
        const found = await readFile(join(out(), `usr/${name}-${at}`));
        expect(Buffer.compare(found, bytes), `${name}-${at}`).toBe(0);
        expect(await modeOf(`${name}-${at}`)).toBe(name === 'file' ? 0o755 : 0o600);
      }
    }
  });

  it('takes everything back when a later file is not what it should be', async () => {
    const files = [Buffer.alloc(2 * MIB, 'a'), Buffer.alloc(2 * MIB, 'b')];
    const path = join(directory, 'many.stone');
    await writeFile(
      path,
      packageOfFiles(files, [Buffer.alloc(2 * MIB, 'a'), Buffer.alloc(2 * MIB, 'c')]),
    );
    expect(await extractStone(path, out())).toMatchObject({
      ok: false,
      error: { code: 'stone.index-digest' },
    });
    expect(await readdir(out())).toEqual([]);
  });

  it('takes everything back when the file system refuses a name', async () => {
    expect(await extract([regular('a'), regular('b'.repeat(300))])).toMatchObject({
      ok: false,
      error: { code: 'stone.write-failed' },
    });
    expect(await readdir(out())).toEqual([]);
  });

  it.each([3, 4])('refuses what is no package: file type %i', async (fileType) => {
    const path = join(directory, 'case.stone');
    await writeFile(path, forge({ fileType, payloads: [] }, codec));
    expect(await extractStone(path, out(), { mode: 'tolerant' })).toMatchObject({
      ok: false,
      error: { code: 'stone.file-type' },
    });
    expect(await readdir(directory)).toEqual(['case.stone']);
  });

  it('refuses paths that imply too many directories', async () => {
    const deep = Array.from({ length: 210 }, (_, at) =>
      layoutRecord({ type: 6, target: `${at}${'/a'.repeat(1_000)}`, mode: 0o010644 }),
    );
    expect(await extract(deep)).toMatchObject({ error: { code: 'stone.amplification' } });
    expect(await readdir(directory)).toEqual(['case.stone']);
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await extract([regular('a')], {
      onProgress: ({ doneBytes, totalBytes }) => seen.push(doneBytes, totalBytes),
    });
    expect(seen).toEqual([5, 5]);
  });

  it('names a file that is not there', async () => {
    const result = await extractStone(join(directory, 'absent.stone'), out());
    expect(result).toMatchObject({ ok: false, error: { code: 'stone.unreadable' } });
  });
});
