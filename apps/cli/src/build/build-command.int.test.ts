import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const COMMAND = resolve(import.meta.dirname, '../../bin/cairn.mjs');
const HEAD =
  'name: demo\nversion: "1"\nrelease: 1\nhomepage: https://example.org\nlicense: MIT\nsummary: s\n';
const root = mkdtempSync(join(tmpdir(), 'cairn-build-command-'));

afterAll(() => {
  rmSync(root, { recursive: true });
});

function recipe(name: string, phases: string): string {
  const dir = join(root, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'stone.yaml'), `${HEAD}${phases}`);
  return dir;
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command as its users do, in a process of its own. */
function cairn(...args: string[]): Promise<Ended> {
  return new Promise((done) => {
    const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache'), HOME: root };
    execFile(
      process.execPath,
      [COMMAND, 'recipe', 'build', ...args],
      { env },
      (error, stdout, stderr) =>
        done({ exitCode: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

it('puts packages, manifests and the log into the output folder, and shows each phase', async () => {
  const dir = recipe(
    'good',
    'install: |\n    install -Dm0644 /dev/null %(installroot)/usr/share/demo/empty\n',
  );
  const out = join(root, 'out-good');
  const { exitCode, stderr } = await cairn(dir, '-o', out, '--offline', '--twice');
  expect(exitCode, stderr).toBe(0);
  expect(readdirSync(out).sort()).toEqual([
    'build.log',
    'demo-1-1-1-x86_64.stone',
    'manifest.x86_64.bin',
    'manifest.x86_64.jsonc',
  ]);
  expect(stderr).toMatch(/install …\n✓ install +\d+\.\d s\n/);
}, 60_000);

it('says in which file and where two builds differ, and keeps both', async () => {
  const dir = recipe(
    'random',
    `install: |
    install -d %(installroot)/usr/share/demo
    printf 'one\\ntwo %%s\\n' $(cat /proc/sys/kernel/random/uuid) > %(installroot)/usr/share/demo/text
    ln -s /$(cat /proc/sys/kernel/random/uuid) %(installroot)/usr/share/demo/link
`,
  );
  const out = join(root, 'out-random');
  const { exitCode, stdout, stderr } = await cairn(dir, '-o', out, '--twice', '--json');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('build.not-reproducible');
  const report = JSON.parse(stdout) as { differences: { path: string; what: string }[] };
  expect(report).toMatchObject({ outcome: 'success', reproducible: false });
  expect(report.differences.map(({ path, what }) => [path, what])).toEqual([
    ['/usr/share/demo/link', expect.stringMatching(/^it leads to /)],
    ['/usr/share/demo/text', expect.stringMatching(/^it differs from line 2, byte \d+: /)],
  ]);
  expect(readdirSync(out)).toContain('second-build');
}, 60_000);

it('tells the facts of a failure, and leaves nothing but the log', async () => {
  const dir = recipe('bad', 'build: |\n    true\n    sh -c "exit 3"\n');
  const out = join(root, 'out-bad');
  const people = await cairn(dir, '-o', out);
  expect(people.exitCode).toBe(1);
  expect(people.stderr).toContain('phase build, line 9 of the recipe');
  expect(people.stderr).toContain('ended with exit code 3');
  expect(readdirSync(out)).toEqual(['build.log']);
  const machine = await cairn(dir, '-o', out, '--json');
  expect(JSON.parse(machine.stdout)).toMatchObject({
    outcome: 'failure',
    reproducible: null,
    failure: {
      code: 'build.phase-failed',
      class: 'recipe',
      phase: 'build',
      recipeLine: 9,
      exitCode: 3,
    },
  });
}, 60_000);

it.each([
  [['absent'], 'recipe.unreadable'],
  [['.', '--jobs', '0'], 'cli.usage'],
  [['.', '--stone', 'absent'], 'cli.usage'],
  [['.', '--lookaside', 'ftp://example.org/'], 'cli.usage'],
  [['.', '--executor', 'docker'], 'cli.usage'],
])('refuses %j as wrong usage', async (args, code) => {
  const { exitCode, stderr } = await cairn(...args);
  expect(exitCode).toBe(2);
  expect(stderr).toContain(code);
});
