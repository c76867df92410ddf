import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cairn start '));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What `npm start -- …` runs once everything is installed and built. */
function launch(...args: string[]) {
  return spawn(
    process.execPath,
    [
      '--import',
      join(ROOT, 'tools/source-hooks.mjs'),
      join(ROOT, 'tools/start/main.ts'),
      '--data',
      join(dir, 'data'),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
}

async function start(
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = launch(...args);
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, out, err };
}

interface Checked {
  readonly ok: boolean;
  readonly tasks: readonly { source: string; version: string; sourceRelease: number }[];
  readonly packages: readonly string[];
}

it('says with --check when the samples are installable, and looks at the tree as it is now', async () => {
  const first = await start('--check');
  expect(first.code, first.err).toBe(0);
  expect(first.out).toMatch(/^package +queued +dispatched +built +published$/m);
  expect(first.out).toMatch(/^libgreet \S+ .*\+\d+\.\d s$/m);
  const recipes = join(dir, 'data/sample-recipes');
  const file = join(recipes, 'g/greeter/stone.yaml');
  const text = readFileSync(file, 'utf8');
  const release = Number(/^release *: *(\d+)$/m.exec(text)?.[1]);
  writeFileSync(file, text.replace(/^release *:.*$/m, `release: ${release + 1}`));
  const identity = ['-c', 'user.name=ada', '-c', 'user.email=ada@example.org'];
  execFileSync('git', ['-C', recipes, ...identity, 'commit', '--quiet', '--all', '--message=up']);
  const second = await start('--check', '--json');
  expect(second.code, second.err).toBe(0);
  const checked = JSON.parse(second.out) as Checked;
  expect(checked.ok).toBe(true);
  expect(checked.packages).toContain('greeter');
  expect(checked.tasks.find(({ source }) => source === 'greeter')?.sourceRelease).toBe(release + 1);
});

it('says with --check what is wrong, and ends with 1', async () => {
  const recipes = join(dir, 'own');
  execFileSync('cp', ['-r', join(ROOT, 'samples/recipes'), recipes]);
  const file = join(recipes, 'g/greet-data/stone.yaml');
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nunknown key: [\n`);
  const { code, err } = await start('--check', '--recipes', recipes, '--only', 'greet-data');
  expect(code, err).toBe(1);
  expect(err).toContain('g/greet-data/stone.yaml');
  expect(err).toContain('Not everything is installable');
  const none = await start('--check', '--recipes', recipes, '--only', 'nonsense');
  expect(none.code).not.toBe(0);
  expect(none.err).toContain('has no recipe nonsense');
});

it('touches nothing of a folder that is in use, and ends', async () => {
  const first = launch();
  try {
    await new Promise<void>((ready) => {
      first.stderr.on('data', (text: Buffer) => {
        if (text.includes('Cairn is running')) ready();
      });
    });
    const second = await start();
    expect(second.code).toBe(1);
    expect(second.err).toContain('already runs');
  } finally {
    first.kill('SIGINT');
    expect(await new Promise((done) => first.once('close', done))).toBe(0);
  }
});
