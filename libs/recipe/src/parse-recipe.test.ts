import { describe, expect, it } from 'vitest';

import { parseRecipe } from './parse-recipe.js';
import { type RecipeError } from './recipe-error.js';
import { type Recipe } from './recipe.js';

const HEAD = `name: demo
version: 1.10
release: 3
homepage: https://example.org
license: MIT
`;

function parsed(text: string): Recipe {
  const result = parseRecipe(text, { fileName: 'stone.yaml' });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function errorsOf(text: string): readonly RecipeError[] {
  const result = parseRecipe(text, { fileName: 'stone.yaml' });
  return result.ok ? [] : result.error;
}

describe('parseRecipe', () => {
  it('fills in the defaults and keeps the version as written', () => {
    expect(parsed(HEAD)).toMatchObject({
      name: 'demo',
      version: '1.10',
      sourceRelease: 3,
      licenses: ['MIT'],
      toolchain: 'llvm',
      strip: true,
      networking: false,
      upstreams: [],
      phases: {},
    });
  });

  it('reads both forms of both kinds of upstream', () => {
    const recipe = parsed(`${HEAD}upstreams:
  - https://example.org/a.tar.xz: abcdef
  - https://example.org/b.tar.xz: { hash: abcdef, rename: b.txz, stripdirs: 0, unpack: false, unpackdir: b }
  - git|https://example.org/c.git: 0123abc
  - git|https://example.org/d.git: { ref: v1, clonedir: deep/d }
`);
    expect(recipe.upstreams).toEqual([
      {
        kind: 'plain',
        url: 'https://example.org/a.tar.xz',
        hash: 'abcdef',
        rename: null,
        stripDirs: null,
        unpack: true,
        unpackDir: null,
      },
      {
        kind: 'plain',
        url: 'https://example.org/b.tar.xz',
        hash: 'abcdef',
        rename: 'b.txz',
        stripDirs: 0,
        unpack: false,
        unpackDir: 'b',
      },
      { kind: 'git', url: 'https://example.org/c.git', ref: '0123abc', cloneDir: null },
      { kind: 'git', url: 'https://example.org/d.git', ref: 'v1', cloneDir: 'deep/d' },
    ]);
  });

  it('takes an empty list value as an empty list and a quoted switch as a switch', () => {
    const recipe = parsed(`${HEAD}upstreams:\nnetworking: "true"\n`);
    expect(recipe.upstreams).toEqual([]);
    expect(recipe.networking).toBe(true);
  });

  it('accepts yes and no only in the old spelling', () => {
    const text = `${HEAD}networking: yes\nstrip: no\ntuning:\n  - icf: no\n`;
    expect(errorsOf(text).map(({ code }) => code)).toEqual([
      'recipe.bad-boolean',
      'recipe.bad-boolean',
    ]);
    const result = parseRecipe(text, { fileName: 'stone.yaml', oldSpelling: true });
    expect(result).toMatchObject({
      ok: true,
      value: { networking: true, strip: false, tuning: [{ group: 'icf', value: false }] },
    });
  });

  it('lists unknown keys with their place and goes on', () => {
    const recipe = parsed(
      `${HEAD}tune:\n  - lto\npackages:\n  - "%(name)-x":\n      licence: MIT\n`,
    );
    expect(recipe.unknownKeys).toMatchObject([
      { key: 'tune', within: 'recipe', at: { line: 6, column: 1 } },
      { key: 'licence', within: 'package', at: { line: 10 } },
    ]);
  });

  it('reports every fault with its place', () => {
    const text = `name: ../x\nversion: v1\nrelease: 0\nlicense: [1]\nstrip: maybe\n`;
    expect(errorsOf(text).map(({ code, line, column }) => `${line}:${column} ${code}`)).toEqual([
      '1:7 recipe.bad-name',
      '2:10 recipe.bad-version',
      '3:10 recipe.bad-release',
      '1:1 recipe.missing-key',
      '4:11 recipe.wrong-type',
      '5:8 recipe.bad-boolean',
    ]);
  });

  it('refuses macros that texts may not hold, and names that would leave their directory', () => {
    const text = `${HEAD}summary: "%(libdir)"\npackages:\n  - "%(name)/../x": { paths: ["/%make"] }\n`;
    expect(errorsOf(text).map(({ code, line }) => `${line} ${code}`)).toEqual([
      '6 recipe.unknown-definition',
      '8 recipe.bad-name',
      '8 recipe.action-not-allowed',
    ]);
  });
});
