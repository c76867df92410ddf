import { describe, expect, it } from 'vitest';

import { parseRecipe } from '../parse-recipe.js';
import { packageDefinitions } from './package-definitions.js';
import { splitPaths } from './path-splitter.js';

const result = parseRecipe(
  `name: demo
version: "2"
release: 3
homepage: https://example.org
license: MIT
summary: About %(name)
description: |
  Long text.

rundeps: [ a ]
rundeps-exclude: [ "soname\\\\(x" ]
provides-exclude: [ root ]
conflicts: [ "other-%(version)" ]
paths: [ /usr/share/kept/ ]
packages:
  - "%(name)-devel":
      rundeps: [ "pkgconfig(z)", "%(name)", "bad(" ]
      paths: [ /usr/bin/demo-config ]
  - "%(name)-libs":
      summary: Only libraries
      paths: [ "/usr/lib/lib*.so.*", /usr/share/kept/libs ]
  - "%(name)": { rundeps: [ b ] }
`,
  { fileName: 'stone.yaml' },
);
if (!result.ok) throw new Error(JSON.stringify(result.error));
const recipe = result.value;

describe('packageDefinitions', () => {
  const definitions = packageDefinitions(recipe);
  const texts = (name: string) => definitions.get(name)?.runDeps.map(({ text }) => text);

  it('fills a missing summary from the root, not from the template', () => {
    expect(definitions.get('demo-devel')).toMatchObject({
      summary: 'About demo',
      description: 'Long text.',
    });
    expect(definitions.get('demo-libs')?.summary).toBe('Only libraries');
    expect(definitions.get('demo-dbginfo')?.summary).toBe('Debug information of demo');
  });

  it('unites run dependencies and drops malformed ones', () => {
    expect(texts('demo-devel')).toEqual(['demo', 'pkgconfig(z)']);
    expect(texts('demo')).toEqual(['a', 'b']);
    expect(texts('demo-32bit-devel')).toEqual(['demo-32bit', 'demo-devel']);
  });

  it('lets a later entry replace excluded provides and conflicts, and keep excluded rundeps', () => {
    expect(definitions.get('demo')).toMatchObject({
      runDepsExclude: ['soname\\(x'],
      providesExclude: [],
      conflicts: [],
    });
  });
});

describe('splitPaths', () => {
  it('lets the last matching rule decide and gives the rest to the main package', () => {
    const split = splitPaths({
      recipe,
      paths: [
        '/usr/bin/demo',
        '/usr/bin/demo-config',
        '/usr/include/demo.h',
        '/usr/lib/libdemo.so',
        '/usr/lib/libdemo.so.2',
        '/usr/lib/debug/.build-id/ab/cd.debug',
        '/usr/lib32/libdemo.so.2',
        '/usr/lib32/libdemo.so',
        '/usr/share/kept/a',
        '/usr/share/kept/libs/b',
        '/usr/share/man/man3/demo.3',
        '/usr/share/man/man1/demo.1',
      ],
    });
    expect(Object.fromEntries(split)).toEqual({
      demo: ['/usr/bin/demo', '/usr/share/kept/a', '/usr/share/man/man1/demo.1'],
      'demo-devel': [
        '/usr/bin/demo-config',
        '/usr/include/demo.h',
        '/usr/lib/libdemo.so',
        '/usr/share/man/man3/demo.3',
      ],
      'demo-libs': ['/usr/lib/libdemo.so.2', '/usr/share/kept/libs/b'],
      'demo-dbginfo': ['/usr/lib/debug/.build-id/ab/cd.debug'],
      'demo-32bit': ['/usr/lib32/libdemo.so.2'],
      'demo-32bit-devel': ['/usr/lib32/libdemo.so'],
    });
  });
});
