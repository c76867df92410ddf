import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');
const CAIRN = join(REPOSITORY, 'apps/cli/bin/cairn.mjs');
const STONES = join(REPOSITORY, '../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData)
  console.log('register-stone-commands.int.test.ts: shared/data/stones is absent, half is skipped');
interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the commands in a process of their own, as a user would. */
function cairn(...args: string[]): Promise<Done> {
  const child = spawn(process.execPath, [CAIRN, 'stone', ...args], { cwd: REPOSITORY });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((done) => child.on('close', (code) => done({ code, out, err })));
}

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-cli-stone-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('cairn stone', () => {
  it.each([
    [[]],
    [['verify']],
    [['frobnicate']],
    [['inspect', 'a', '--frob']],
    [['create', '/tmp']],
    [['create', '/tmp', '--meta', '/absent']],
    [['create', '/tmp', '--meta', '/dev/zero']],
    [['diff', 'one']],
    [['index']],
    [['extract', 'a']],
  ])('exits with 2 on wrong usage: %j', async (args) => {
    const { code, err } = await cairn(...args);
    expect(code).toBe(2);
    expect(err).not.toContain('    at ');
  });

  it('refuses what is no stone with one line and no stack trace', async () => {
    const path = join(directory, 'bad.stone');
    await writeFile(path, 'not a stone, but long enough for a header');
    const verified = await cairn('verify', path, join(directory, 'absent'));
    expect(verified.code).toBe(1);
    expect(verified.out).toContain('bad.stone: stone.magic at 0: ');
    expect(verified.out).toContain('absent: stone.unreadable at 0: ');
    expect(verified.out.trim().split('\n')).toHaveLength(2);
    expect(verified.err).toBe('');
    const inspected = await cairn('inspect', path, '--json');
    expect(inspected.code).toBe(1);
    expect(JSON.parse(inspected.out)).toMatchObject({
      path,
      ok: false,
      code: 'stone.magic',
      offset: 0,
    });
  });

  it.each([
    ['inspect', ['inspect', '/tmp']],
    ['verify', ['verify', '/dev/zero']],
    ['diff', ['diff', '/dev/zero', '/absent']],
    ['index', ['index', '/absent']],
    ['index into nowhere', ['index', import.meta.dirname, '-o', '/proc/absent']],
    ['extract', ['extract', '/absent', '/tmp/absent']],
    ['create', ['create', '/absent', '--like', '/absent']],
  ])('tells what cannot be read or written in one JSON document: %s', async (_, args) => {
    const { code, out, err } = await cairn(...args, '--json');
    expect({ code, err }).toEqual({ code: 1, err: '' });
    const [report] = [JSON.parse(out) as unknown].flat();
    expect(report).toMatchObject({ ok: false, path: expect.any(String) as string });
    expect((report as { code: string }).code).toMatch(/^stone\.(?:unreadable|write-failed)$/);
  });

  it('waits for nobody at the other end of a pipe', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await cairn('verify', pipe)).toMatchObject({ code: 1 });
  });

  it('packs, indexes, extracts and compares', async () => {
    const root = join(directory, 'root');
    await writeTree(root);
    const meta = join(directory, 'meta.json');
    await writeFile(
      meta,
      JSON.stringify({
        name: 'hello',
        version: '1',
        sourceRelease: 2,
        provides: ['binary(hello)'],
      }),
    );
    const stone = join(directory, 'hello.stone');
    expect(await cairn('create', root, '--meta', meta, '-o', stone)).toMatchObject({
      code: 0,
      err: '',
    });
    expect(await cairn('verify', stone)).toMatchObject({
      code: 0,
      out: expect.stringContaining('good (binary') as string,
    });
    expect(await cairn('extract', stone, join(directory, 'out'))).toMatchObject({ code: 0 });
    expect(await readFile(join(directory, 'out/usr/hello'), 'utf8')).toBe('hello');
    expect(await cairn('extract', stone, join(directory, 'out'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('stone.extract-exists') as string,
    });
    expect(await cairn('index', directory, '-o', directory)).toMatchObject({ code: 1 });
    await rm(join(directory, 'bad.stone'));
    const indexed = await cairn('index', directory, '--json');
    expect(JSON.parse(indexed.out)).toMatchObject({ ok: true, packages: 1 });
    const index = join(directory, 'stone.index');
    const same = await cairn('diff', index, index);
    expect(same.out).toBe('0 added, 0 removed, 0 changed\n');
  });
});

async function writeTree(root: string): Promise<void> {
  await mkdir(join(root, 'usr'), { recursive: true });
  await writeFile(join(root, 'usr/hello'), 'hello');
}

describe.skipIf(!hasData)('cairn stone on real files', () => {
  it('inspects with exactly the agreed JSON', async () => {
    const inspected = await cairn(
      'inspect',
      join(STONES, 'samples/bash-completion-2.11-1-1-x86_64.stone'),
      '--json',
    );
    const golden = await readFile(
      join(STONES, 'goldens/bash-completion-2.11-1-1-x86_64.stone.json'),
      'utf8',
    );
    expect(JSON.parse(inspected.out)).toEqual(JSON.parse(golden));
  });

  it('inspects for people', async () => {
    const { out, code } = await cairn(
      'inspect',
      join(STONES, 'samples/nano-8.3-33-1-x86_64.stone'),
    );
    expect(code).toBe(0);
    expect(out).toContain('summary        GNU Text Editor');
    expect(out).toContain('soname(libc.so.6(x86_64))');
    expect(out).toContain('… and 51 more (--json shows all)');
  });

  it('inspects an index as a table', async () => {
    const { out } = await cairn('inspect', join(STONES, 'reference/vessel-stone.index'));
    expect(out).toMatch(/^Package +Version +Architecture +Summary$/m);
    expect(out).toMatch(/^meta +32 +/m);
  });

  it('verifies many files at once', async () => {
    const samples = (await readdir(join(STONES, 'samples'))).filter(
      (name) => !name.endsWith('.jsonc'),
    );
    const { code, out } = await cairn(
      'verify',
      '--json',
      ...samples.map((name) => join(STONES, 'samples', name)),
    );
    expect(code).toBe(0);
    expect((JSON.parse(out) as { ok: boolean }[]).filter(({ ok }) => ok)).toHaveLength(
      samples.length,
    );
  });

  it('skips what is unknown only when told to', async () => {
    const path = join(STONES, 'malformed/p-kind-6.stone');
    expect(await cairn('verify', path)).toMatchObject({ code: 1 });
    expect(await cairn('verify', '--storage', path)).toMatchObject({ code: 0 });
  });
});
