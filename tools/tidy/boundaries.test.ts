import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, expect, it } from 'vitest';
import { importsOf, productFiles, root } from './source-tree.ts';

const BOUNDARIES = '@nx/enforce-module-boundaries';

beforeAll(() => {
  // The rule reads the project graph from Nx' cache and is silently skipped where there is none.
  execFileSync(join(root, 'node_modules/.bin/nx'), ['show', 'projects', '--json'], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false' },
    stdio: 'pipe',
  });
}, 60_000);

// Rules about types are left out: they are slow and not in question here.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

/** Lints a text as if it stood in that file; nothing is written. */
async function rulesBrokenBy(text: string, file: string): Promise<readonly (string | null)[]> {
  const [result] = await eslint.lintText(text, { filePath: join(root, file) });
  return result?.messages.map(({ ruleId }) => ruleId) ?? [];
}

it.each([
  ['a core library that imports a kit', 'libs/std/src/brand.ts', '@cairn/messaging'],
  ['a core library that imports a framework', 'libs/std/src/brand.ts', '@nestjs/common'],
  ['a contract that imports a kit', 'libs/contracts/src/app-error.ts', '@cairn/persistence'],
  [
    'a kit that reaches into an app',
    'libs/observability/src/shutdown.ts',
    '../../../apps/summit/src/config.js',
  ],
  ['the dashboard that imports a library of Node', 'apps/dashboard/src/main.tsx', '@cairn/exec'],
])(
  'refuses %s',
  async (_name, file, specifier) => {
    const broken = await rulesBrokenBy(`import '${specifier}';\nexport {};\n`, file);
    expect(broken).toContain(BOUNDARIES);
  },
  60_000,
);

it('accepts an import in the right direction', async () => {
  const text = `import '@cairn/std';\nexport {};\n`;
  expect(await rulesBrokenBy(text, 'libs/observability/src/shutdown.ts')).not.toContain(BOUNDARIES);
}, 60_000);

it('refuses impure imports in a core library', async () => {
  const broken = await rulesBrokenBy(`import 'node:fs';\nexport {};\n`, 'libs/std/src/brand.ts');
  expect(broken).toContain('no-restricted-imports');
}, 60_000);

it('starts servers in tests only: no product file imports the test kit', () => {
  const guilty = productFiles().filter((file) =>
    importsOf(file).some((specifier) => /^@cairn\/testing(\/|$)/.test(specifier)),
  );
  expect(guilty).toEqual([]);
});
