import { describe, expect, it } from 'vitest';

import { parseRecipe } from './parse-recipe.js';
import { recipeBuildDeps, recipeOutputs } from './recipe-outputs.js';

const result = parseRecipe(
  `name: demo
version: "2"
release: 3
homepage: https://example.org
license: MIT
builddeps: [ "pkgconfig(zlib)", perl ]
profiles:
  - emul32:
      checkdeps: [ "binary(bc)" ]
rundeps: [ "%(name)-libs", "broken(" ]
packages:
  - "%(name)-libs": { rundeps: [ "soname(libz.so.1(x86_64))" ] }
  - "%(name)": { rundeps: [ "data-%(version)-%(release)" ] }
`,
  { fileName: 'stone.yaml' },
);

describe('recipeOutputs', () => {
  it('names the packages with expanded run dependencies and unites repeated entries', () => {
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    expect(recipeOutputs(result.value)).toEqual([
      {
        name: 'demo',
        runDeps: [
          { kind: 'name', name: 'demo-libs' },
          { kind: 'name', name: 'data-2-3' },
        ],
      },
      { name: 'demo-libs', runDeps: [{ kind: 'soname', name: 'libz.so.1(x86_64)' }] },
    ]);
  });

  it('lists the build dependencies of the root and of every profile', () => {
    if (!result.ok) throw new Error(JSON.stringify(result.error));
    expect(recipeBuildDeps(result.value).map(({ kind, name }) => `${kind}(${name})`)).toEqual([
      'pkgconfig(zlib)',
      'name(perl)',
      'binary(bc)',
    ]);
  });
});
