import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseRecipe } from '../parse-recipe.js';
import { planBuild } from './plan-build.js';

const RECIPE = `name: demo
version: "1"
release: 1
homepage: https://example.org
license: MIT
upstreams:
  - https://example.org/demo-1.tar.gz: abcdef
environment: |
  export GREETING=hello
setup: |
  %patch %(pkgdir)/demo.patch
build: |
  %make CC="\${CC}" CFLAGS="\${CFLAGS}" LDFLAGS="\${LDFLAGS}"
  %break_continue
  [ -z "\${LOST:-}" ]
install: |
  LOST=1
  %make_install PREFIX=%(prefix)
  %install_bin script
  %install_file %(pkgdir)/demo.patch -t %(installroot)%(datadir)/%(name)
  %install_dir %(installroot)%(localstatedir)/empty
  %tmpfiles "d /run/demo 0755 root root -"
  %tmpfiles "# 100%% done"
  %sysusers 'u demo - "Demo user"'
  mkdir -p %(cargo_target_dir) && cp demo script %(cargo_target_dir)/
  %cargo_install
  %cargo_install script
  %export_docbook_catalogs
  %ccache_stats
  echo "\${GREETING} \${SOURCE_DATE_EPOCH}" > %(installroot)/greeting
`;

const SOURCES: Readonly<Record<string, string>> = {
  'demo.c': '#include <stdio.h>\nint main(void) { puts("old"); return 0; }\n',
  script: '#!/bin/sh\n',
  Makefile: [
    'demo: demo.c\n\t$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $<\n',
    'install:\n\tinstall -D demo $(DESTDIR)$(PREFIX)/bin/demo\n',
  ].join(''),
};

const PATCH = `--- a/demo.c
+++ b/demo.c
@@ -1,2 +1,2 @@
 #include <stdio.h>
-int main(void) { puts("old"); return 0; }
+int main(void) { puts("new"); return 0; }
`;

const tools = ['bash', 'gcc', 'make', 'patch', 'tar'];
const hasTools = tools.every((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0);

describe.skipIf(!hasTools)(`planned scripts (skipped without ${tools.join(', ')})`, () => {
  let root = '';

  beforeAll(() => {
    root = mkdtempSync(path.join(tmpdir(), 'cairn-plan-'));
    for (const name of ['sources/demo-1', 'recipe/pkg', 'build/x86_64', 'install']) {
      mkdirSync(path.join(root, name), { recursive: true });
    }
    for (const [name, text] of Object.entries(SOURCES)) {
      writeFileSync(path.join(root, 'sources/demo-1', name), text);
    }
    writeFileSync(path.join(root, 'recipe/pkg/demo.patch'), PATCH);
    const packed = spawnSync('tar', ['-czf', 'demo-1.tar.gz', 'demo-1'], {
      cwd: path.join(root, 'sources'),
    });
    expect(packed.status).toBe(0);
  });

  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('build, patch and install a small program with the default flags', () => {
    const recipe = parseRecipe(RECIPE, { fileName: 'stone.yaml' });
    if (!recipe.ok) throw new Error(JSON.stringify(recipe.error));
    const plan = planBuild({
      recipe: recipe.value,
      architecture: 'x86_64',
      toolchain: 'gnu',
      jobs: 2,
      sourceDateEpoch: 1_700_000_000,
      archiveTool: 'tar',
      locale: 'C.UTF-8',
      directories: {
        recipePkg: path.join(root, 'recipe/pkg'),
        sources: path.join(root, 'sources'),
        install: path.join(root, 'install'),
        build: path.join(root, 'build'),
      },
    });
    if (!plan.ok) throw new Error(JSON.stringify(plan.error));
    for (const { phases, buildDirectory } of plan.value.stages) {
      for (const { name, scripts } of phases) {
        for (const { text } of scripts) {
          const ran = spawnSync('bash', ['-c', text], {
            cwd: buildDirectory,
            env: { HOME: buildDirectory, PATH: '/usr/bin:/bin' },
            encoding: 'utf8',
          });
          expect(`${name} ${ran.status}\n${ran.status === 0 ? '' : ran.stderr}`).toBe(
            `${name} 0\n`,
          );
        }
      }
    }
    const installed = (name: string) => path.join(root, 'install', name);
    expect(spawnSync(installed('usr/bin/demo'), { encoding: 'utf8' }).stdout).toBe('new\n');
    expect(statSync(installed('usr/bin/script')).mode & 0o777).toBe(0o755);
    expect(statSync(installed('usr/share/demo/demo.patch')).mode & 0o777).toBe(0o644);
    expect(existsSync(installed('var/empty'))).toBe(true);
    expect(readFileSync(installed('usr/lib/tmpfiles.d/demo.conf'), 'utf8')).toBe(
      'd /run/demo 0755 root root -\n# 100% done\n',
    );
    expect(readFileSync(installed('usr/lib/sysusers.d/demo.conf'), 'utf8')).toBe(
      'u demo - "Demo user"\n',
    );
    expect(readFileSync(installed('greeting'), 'utf8')).toBe('hello 1700000000\n');
  }, 60_000);
});
