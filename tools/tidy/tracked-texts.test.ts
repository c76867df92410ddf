import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readText, root, treeFiles } from './source-tree.ts';

const SIZE_BYTES_MAX = 2 * 1_024 * 1_024;
/** Written in pieces, so that this file does not name what it forbids. */
const REGISTRY_HOSTS = [
  'registry.npmjs' + '.org',
  'registry.yarnpkg' + '.com',
  'npm.pkg.git' + 'hub.com',
];
const MACHINE_PATHS = ['/wo' + 'rk/', '/home' + '/', '/ro' + 'ot/'];
const LEFTOVERS = ['<<<<' + '<<< ', '>>>>' + '>>> ', 'FIX' + 'ME'];
/** Places that exist on every machine of the kind, not on ours alone. */
const EVERY_MACHINE = /^deploy\//;

function filesWith(
  needles: readonly string[],
  isExempt: (file: string) => boolean = () => false,
): readonly string[] {
  return treeFiles()
    .filter((file) => !isExempt(file) && statSync(join(root, file)).size <= SIZE_BYTES_MAX)
    .flatMap((file) => {
      const text = readText(file);
      return needles
        .filter((needle) => text.includes(needle))
        .map((needle) => `${file}: ${needle}`);
    });
}

it('looks at real files and finds what is in them', () => {
  expect(filesWith(['"workspaces": ['])).toContain('package.json: "workspaces": [');
});

it('names no host of a package registry', () => {
  expect(filesWith(REGISTRY_HOSTS)).toEqual([]);
});

it('names no path of one particular machine', () => {
  expect(filesWith(MACHINE_PATHS, (file) => EVERY_MACHINE.test(file))).toEqual([]);
});

it('holds no leftovers of merging and no reminders', () => {
  expect(filesWith(LEFTOVERS)).toEqual([]);
});
