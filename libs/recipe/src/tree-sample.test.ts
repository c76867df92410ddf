import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { formatDependency, parseDependency } from '@cairn/stone';
import { beforeAll, describe, expect, it } from 'vitest';

import { packageDefinitions } from './packages/package-definitions.js';
import { createPathSplitter } from './packages/path-splitter.js';
import { parseRecipe } from './parse-recipe.js';
import { planBuild } from './plan/plan-build.js';
import { type Recipe } from './recipe.js';

const data = path.resolve(import.meta.dirname, '../../../../shared/data');
const archive = path.join(data, 'recipe-tree-sample.tar.zst');

const BLOCK = 512;

/** The regular files of a tar archive by name. */
function readTar(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0;) {
    const text = (from: number, length: number) =>
      bytes.toString('latin1', at + from, at + from + length).replace(/\0.*$/s, '');
    const size = Number.parseInt(text(124, 12), 8);
    const name = [text(345, 155), text(0, 100)].filter(Boolean).join('/');
    if (text(156, 1) === '0') files.set(name, bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

interface Manifest {
  readonly packages: Readonly<Record<string, { files?: string[]; depends?: string[] }>>;
}

interface Implied {
  readonly path: string;
  readonly base: string[];
  readonly macros: string[];
}

/** The first line is a comment. */
function readManifest(bytes: Buffer): Manifest {
  const text = bytes.toString('utf8');
  return JSON.parse(text.slice(text.indexOf('\n'))) as Manifest;
}

describe.skipIf(!existsSync(archive))('the tree sample (skipped without ../shared/data)', () => {
  let files = new Map<string, Buffer>();
  const recipes = new Map<string, Recipe>();
  const rejected: string[] = [];

  beforeAll(() => {
    files = readTar(zstdDecompressSync(readFileSync(archive)));
    for (const [name, bytes] of files) {
      if (!name.endsWith('/stone.yaml')) continue;
      const directory = path.dirname(name).replace(/^\.\//, '');
      const result = parseRecipe(bytes.toString('utf8'), { fileName: name });
      if (result.ok) recipes.set(directory, result.value);
      else rejected.push(`${directory} ${result.error.map(({ code }) => code).join(' ')}`);
    }
  }, 60_000);

  it('accepts 400 recipes and rejects two for their version', () => {
    expect(recipes.size).toBe(400);
    expect(rejected.sort()).toEqual([
      'g/gamescope-session recipe.bad-version',
      'g/gamescope-session-steam-plus recipe.bad-version',
    ]);
  });

  it('plans every accepted recipe and finds what its macros and toolchain imply', () => {
    const lines = readFileSync(path.join(data, 'implied.jsonl'), 'utf8').trim().split('\n');
    const implied = lines.map((line) => JSON.parse(line) as Implied);
    const wanted = new Map(implied.map((one) => [one.path, one]));
    for (const [directory, recipe] of recipes) {
      const plan = planBuild({ recipe, architecture: 'x86_64', jobs: 2, sourceDateEpoch: 0 });
      if (!plan.ok) throw new Error(JSON.stringify(plan.error));
      const { actions, upstreams, toolchain } = plan.value.dependencies;
      const macros = new Set([...actions, ...upstreams].map(formatDependency));
      const expected = wanted.get(directory);
      expect({ directory, macros: [...macros].sort() }).toEqual({
        directory,
        macros: expected?.macros,
      });
      expect(toolchain.map(formatDependency)).toEqual([...(expected?.base ?? [])].sort());
    }
  }, 60_000);

  it('puts at least 99.99 % of the recorded paths into the recorded packages', () => {
    let total = 0;
    const misplaced: string[] = [];
    for (const [directory, recipe] of recipes) {
      const bytes = files.get(`${directory}/manifest.x86_64.jsonc`);
      const splitter = createPathSplitter(recipe);
      const { packages } = bytes === undefined ? { packages: {} } : readManifest(bytes);
      for (const [name, { files: recorded = [] }] of Object.entries(packages)) {
        total += recorded.length;
        misplaced.push(...recorded.filter((file) => splitter.packageOf(file) !== name));
      }
    }
    expect(total).toBeGreaterThan(190_000);
    expect(misplaced).toEqual(['/usr/share/vala/vapi/libvala-0.56.vapi']);
  }, 120_000);

  it('records written run dependencies as the manifests do', () => {
    const missing: string[] = [];
    for (const [directory, recipe] of recipes) {
      const bytes = files.get(`${directory}/manifest.x86_64.jsonc`);
      if (bytes === undefined) continue;
      const definitions = packageDefinitions(recipe);
      for (const [name, { depends = [] }] of Object.entries(readManifest(bytes).packages)) {
        for (const { text } of definitions.get(name)?.runDeps ?? []) {
          const isKnown = depends.includes(text) || !parseDependency(text).ok;
          if (!isKnown) missing.push(`${directory} ${name} ${text}`);
        }
      }
    }
    expect(missing).toEqual([]);
  });
});
