import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText, root } from './source-tree.ts';

/** | `zod` | purpose | MIT | … */
const ROW = /^\|\s*`([^`]+)`\s*\|\s*([^|]+?)\s*\|\s*([^|]+?)\s*\|/gm;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly license?: string;
}

const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
  readText('package.json'),
) as Manifest;
const wanted = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
const rows = [...readText('docs/dependencies.md').matchAll(ROW)].map(
  ([, name, purpose, licence]) => ({ name: name ?? '', purpose: purpose ?? '', licence }),
);

it('lists every dependency once with a purpose, and none that we do not have', () => {
  expect(wanted.length).toBeGreaterThan(30);
  const listed = rows.filter(({ name }) => !name.startsWith('node:')).map(({ name }) => name);
  expect(listed.sort()).toEqual(wanted.sort());
  expect(rows.filter(({ purpose }) => purpose.length < 5)).toEqual([]);
});

it('states the licence that the installed package states', () => {
  const installed = rows.filter(({ name }) =>
    existsSync(join(root, 'node_modules', name, 'package.json')),
  );
  expect(installed.length).toBeGreaterThan(30);
  const wrong = installed.filter(({ name, licence }) => {
    const manifest = JSON.parse(readText(`node_modules/${name}/package.json`)) as Manifest;
    return manifest.license !== licence;
  });
  expect(wrong).toEqual([]);
});
