import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const REPOSITORY = resolve(import.meta.dirname, '../../../..');
const STONES = join(REPOSITORY, '../shared/data/stones');
const hasData = existsSync(STONES);
if (!hasData)
  console.log('register-stone-commands.int.test.ts: shared/data/stones is absent, half is skipped');
const PROGRAM = `
  import { Command } from 'commander';
  import { registerStoneCommands } from ${JSON.stringify(join(import.meta.dirname, 'register-stone-commands.ts'))};
  const program = new Command('cairn');
  registerStoneCommands(program);
  await program.parseAsync(process.argv.slice(1), { from: 'user' });`;

interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the commands in a process of their own, as a user would. */
function cairn(...args: string[]): Promise<Done> {
  const hooks = join(REPOSITORY, 'tools/source-hooks.mjs');
  const node = [
    '--conditions=@cairn/source',
    '--experimental-transform-types',
    '--no-warnings',
    '--import',
    hooks,
  ];
  const child = spawn(
    process.execPath,
    [...node, '--input-type=module', '-e', PROGRAM, '--', 'stone', ...args],
    { cwd: REPOSITORY },
  );
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
  ])('exits with 2 on wrong usage: %j', async (args) => {
    expect(await cairn(...args)).toMatchObject({ code: 2 });
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
    expect(out).toContain('… and 51 more');
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
