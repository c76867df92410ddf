import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { registerRecipeCommands } from './register-recipe-commands.js';

const HEAD = 'name: demo\nversion: 1.10\nrelease: 1\nhomepage: h\nlicense: MIT\nsummary: s\n';

let root = '';
let printed = '';
let complained = '';

beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'cairn-recipe-'));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  write('good/stone.yaml', `${HEAD}install: |\n  %make_install\n`);
  write(
    'good/manifest.x86_64.jsonc',
    `/** comment */\n${JSON.stringify({
      packages: {
        demo: { files: ['/usr/bin/demo', '/usr/include/demo.h'] },
        'demo-devel': { files: ['/usr/lib/libdemo.so'] },
      },
    })}`,
  );
  write('bad/stone.yaml', `${HEAD}tune: []\nbuild: |\n  %nope\n`);
  write('old/stone.yaml', `${HEAD}networking: yes\ninstall: |\n  true\n`);
  write('control/stone.yaml', `${HEAD}install: |\n  true\n`);
  write('control/control.kdl', 'override { instal "x" }\n');
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

beforeEach(() => {
  printed = '';
  complained = '';
  process.exitCode = undefined;
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    complained += String(text);
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

async function run(command: string, ...args: string[]): Promise<unknown> {
  const program = new Command();
  registerRecipeCommands(program, { cacheDir: at('cache') });
  await program.parseAsync(['node', 'cairn', 'recipe', command, ...args]);
  return process.exitCode ?? 0;
}

const at = (name: string) => path.join(root, name);

describe('cairn recipe', () => {
  it('checks recipes and says where each fault stands', async () => {
    expect(await run('check', at('good'), at('bad'), '--json')).toBe(1);
    const [good, bad] = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(good).toEqual({ path: at('good'), verdict: 'accept', problems: [] });
    expect(bad).toMatchObject({
      verdict: 'reject',
      problems: [{ code: 'recipe.unknown-action', line: 9, column: 3 }],
    });
  });

  it('takes the old spelling when told to, and the control file beside a recipe', async () => {
    expect(await run('check', at('old'))).toBe(1);
    process.exitCode = undefined;
    expect(await run('check', at('old'), '--old-spelling')).toBe(0);
    expect(await run('check', at('control'))).toBe(1);
    expect(printed).toContain('control.kdl:1:12');
  });

  it('shows a recipe as one JSON object', async () => {
    expect(await run('show', at('good/stone.yaml'), '--json')).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      name: 'demo',
      version: '1.10',
      phases: ['install'],
      actions: ['make_install'],
    });
  });

  it('splits the paths of the manifest and compares', async () => {
    expect(await run('split', at('good'), '--json')).toBe(1);
    expect(JSON.parse(printed)).toMatchObject({
      packages: {
        demo: ['/usr/bin/demo'],
        'demo-devel': ['/usr/include/demo.h', '/usr/lib/libdemo.so'],
      },
      misplaced: [{ path: '/usr/include/demo.h', recorded: 'demo', computed: 'demo-devel' }],
    });
  });

  it('splits a list of paths', async () => {
    writeFileSync(at('list'), '/usr/lib/a.a\n/usr/bin/b\n');
    expect(await run('split', at('good'), '--files', at('list'))).toBe(0);
    expect(printed).toBe('demo\n  /usr/bin/b\ndemo-devel\n  /usr/lib/a.a\n');
  });

  it('lints', async () => {
    expect(await run('lint', at('good'))).toBe(0);
    expect(await run('lint', at('bad'))).toBe(1);
    expect(printed).toContain(`did you mean 'tuning'?`);
  });

  it('exits with 2 for a file that cannot be read', async () => {
    expect(await run('check', at('absent'))).toBe(2);
    expect(complained).toContain('absent');
    expect(await run('split', at('old'))).toBe(2);
  });

  it('refuses an endless file', async () => {
    expect(await run('check', '/dev/zero')).toBe(2);
    expect(complained).toContain('larger than');
  });
});
