import { execFileSync } from 'node:child_process';
import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeStone, packageFileName, poolPath, type StonePackage } from '@cairn/stone';
import { createStone, extractStone, indexDirectory, loadCodec, verifyStone } from './index.js';

const codec = await loadCodec();
const described: StonePackage = {
  name: 'hello',
  version: '1.0',
  sourceRelease: 1,
  buildRelease: 1,
  architecture: 'x86_64',
  summary: 'Says hello',
  description: 'Says hello.\n',
  sourceId: 'libhello',
  homepage: 'https://example.org/',
  licenses: ['MPL-2.0'],
  depends: [{ kind: 'soname', name: 'libc.so.6(x86_64)' }],
  provides: [{ kind: 'binary', name: 'hello' }],
  conflicts: [],
  buildDepends: [],
};

let directory = '';
let root = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-create-'));
  root = join(directory, 'root');
  await mkdir(join(root, 'usr/bin'), { recursive: true });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function create(files?: readonly string[]) {
  const out = join(directory, packageFileName(described));
  const made = await createStone({ package: described, root, out, ...(files && { files }) });
  if (!made.ok) return made;
  const bytes = await readFile(out);
  const stone = decodeStone(bytes, codec, { mode: 'strict', contentSizeBytesMax: 2 ** 20 });
  if (!stone.ok) throw new Error(stone.error.message);
  return { ok: true, made: made.value, bytes, stone: stone.value } as const;
}

async function fillRoot(): Promise<void> {
  await writeFile(join(root, 'usr/bin/hello'), 'hello, world');
  await chmod(join(root, 'usr/bin/hello'), 0o755);
  await writeFile(join(root, 'usr/bin/again'), 'hello, world');
  await writeFile(join(root, 'usr/bin/small'), 'x');
  await symlink('hello', join(root, 'usr/bin/hi'));
  await mkdir(join(root, 'usr/share/empty'), { recursive: true });
  await mkdir(join(root, 'usr/share/private'));
  await writeFile(join(root, 'usr/share/private/none'), '');
  await chmod(join(root, 'usr/share/private'), 0o700);
}

describe('createStone', () => {
  it('packs a tree: sorted paths, each content once, the largest first, directories only where they matter', async () => {
    await fillRoot();
    const result = await create();
    if (!result.ok) throw new Error(result.error.message);
    expect(result.made.paths).toEqual([
      'bin/again',
      'bin/hello',
      'bin/hi',
      'bin/small',
      'share/empty',
      'share/private',
      'share/private/none',
    ]);
    expect(result.stone.layout.map(({ mode }) => mode.toString(8))).toEqual([
      '100644',
      '100755',
      '120777',
      '100644',
      '40755',
      '40700',
      '100644',
    ]);
    expect(result.stone.ranges.map(({ start, end }) => end - start)).toEqual([12, 1, 0]);
    expect(result.stone.packages).toEqual([described]);
    expect(result.made.sizeBytes).toBe(result.bytes.length);
  });

  it('gives the same bytes for the same files, whatever their times and owners', async () => {
    await fillRoot();
    const first = await create();
    await utimes(join(root, 'usr/bin/hello'), 1, 1);
    await link(join(root, 'usr/bin/small'), join(directory, 'elsewhere'));
    const second = await create();
    if (!first.ok || !second.ok) throw new Error('not created');
    expect(Buffer.compare(first.bytes, second.bytes)).toBe(0);
    expect(first.made.sha256).toBe(second.made.sha256);
  });

  it('comes back the same when extracted and packed again', async () => {
    await fillRoot();
    const first = await create();
    if (!first.ok) throw new Error('not created');
    const extracted = join(directory, 'extracted');
    expect(await extractStone(first.made.path, extracted)).toMatchObject({ ok: true });
    const out = join(directory, 'again.stone');
    expect(await createStone({ package: described, root: extracted, out })).toMatchObject({
      ok: true,
    });
    expect(Buffer.compare(await readFile(out), first.bytes)).toBe(0);
  });

  it('packs only the named paths', async () => {
    await fillRoot();
    const result = await create(['bin/hello', 'share/empty']);
    expect(result.ok && result.made.paths).toEqual(['bin/hello', 'share/empty']);
  });

  it('leaves payloads out that would be empty', async () => {
    const kinds = async () => {
      const result = await create();
      return result.ok ? result.stone.payloads.map(({ slot }) => slot.kind) : [];
    };
    await rm(join(root, 'usr/bin'), { recursive: true });
    expect(await kinds()).toEqual(['meta']);
    await symlink('nowhere', join(root, 'usr/link'));
    expect(await kinds()).toEqual(['meta', 'layout']);
    await writeFile(join(root, 'usr/empty'), '');
    expect(await kinds()).toEqual(['meta', 'layout', 'index', 'content']);
    const result = await create();
    expect(result.ok && result.bytes.subarray(-9).toString('hex')).toBe('28b52ffd2000010000');
  });

  it('refuses what no package can hold, and leaves no file behind', async () => {
    execFileSync('mkfifo', [join(root, 'usr/bin/pipe')]);
    expect(await create()).toMatchObject({ ok: false, error: { code: 'stone.entry-unsupported' } });
    expect(await readdir(directory)).toEqual(['root']);
  });

  it('refuses names and links that are not UTF-8 rather than changing them', async () => {
    const bytes = Buffer.concat([Buffer.from(join(root, 'usr/bin/')), Buffer.of(0xff)]);
    await writeFile(bytes, '');
    expect(await create()).toMatchObject({ ok: false, error: { code: 'stone.entry-unsupported' } });
    await rm(bytes);
    await symlink(Buffer.of(0x61, 0xff), join(root, 'usr/bin/link'));
    expect(await create()).toMatchObject({ ok: false, error: { code: 'stone.entry-unsupported' } });
  });

  it('says so when there is nothing to read', async () => {
    await rm(join(root, 'usr'), { recursive: true });
    expect(await create()).toMatchObject({ ok: false, error: { code: 'stone.unreadable' } });
  });

  it('replaces a leftover of its own, and follows no link in its place', async () => {
    await fillRoot();
    const victim = join(directory, 'victim');
    await writeFile(victim, 'precious');
    await symlink(victim, join(directory, `${packageFileName(described)}.partial`));
    expect(await create()).toMatchObject({ ok: true });
    expect(await readFile(victim, 'utf8')).toBe('precious');
  });

  it('tells how far it is', async () => {
    await fillRoot();
    const seen: number[] = [];
    await createStone({
      package: described,
      root,
      out: join(directory, 'a.stone'),
      onProgress: ({ doneBytes, totalBytes }) => seen.push(doneBytes, totalBytes),
    });
    expect(seen.slice(-2)).toEqual([13, 13]);
  });

  it('says so when it cannot write', async () => {
    const made = await createStone({
      package: described,
      root,
      out: join(directory, 'absent/a.stone'),
    });
    expect(made).toMatchObject({ ok: false, error: { code: 'stone.write-failed' } });
  });

  it('makes files that are indexed by their path, name after name', async () => {
    await fillRoot();
    const path = join(directory, 'repository', poolPath(described));
    await mkdir(join(path, '..'), { recursive: true });
    await createStone({ package: described, root, out: path });
    const indexed = await indexDirectory(join(directory, 'repository'));
    if (!indexed.ok) throw new Error(indexed.error.error.message);
    expect(indexed.value.packages).toMatchObject([
      { uri: 'pool/v0/libh/libhello/hello-1.0-1-1-x86_64.stone', name: 'hello' },
    ]);
    const index = join(directory, 'stone.index');
    await writeFile(index, indexed.value.bytes);
    expect(await verifyStone(index, { mode: 'strict' })).toMatchObject({
      ok: true,
      value: { fileType: 'repository' },
    });
    await writeFile(`${path}.twin.stone`, await readFile(path));
    expect(await indexDirectory(join(directory, 'repository'))).toMatchObject({
      ok: false,
      error: { error: { code: 'stone.index-name-duplicate' } },
    });
  });
});
