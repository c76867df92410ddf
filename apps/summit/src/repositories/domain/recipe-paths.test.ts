import { type TreeEntry } from '@cairn/exec';
import { expect, it } from 'vitest';
import { findRecipes, folderFingerprint } from './recipe-paths.js';

const file = (path: string, objectId = 'a'): TreeEntry => ({
  kind: 'file',
  objectId,
  sizeBytes: 1,
  path,
});

it('finds recipes with their manifests and files', () => {
  const entries = [
    file('README.md'),
    file('n/nano/stone.yaml'),
    file('n/nano/manifest.x86_64.bin'),
    file('n/nano/pkg/fix.patch'),
    file('other/stone.yaml.bak'),
  ];
  const [nano, ...rest] = findRecipes(entries, '');
  expect(rest).toEqual([]);
  expect(nano?.path).toBe('n/nano/stone.yaml');
  expect([...(nano?.manifests.keys() ?? [])]).toEqual(['x86_64']);
  expect(nano?.entries).toHaveLength(3);
});

it('looks only below the folder that is asked for, and not at links', () => {
  const entries = [
    file('a/stone.yaml'),
    file('sub/b/stone.yaml'),
    { ...file('sub/c/stone.yaml'), kind: 'symlink' as const },
  ];
  expect(findRecipes(entries, 'sub').map((recipe) => recipe.path)).toEqual(['sub/b/stone.yaml']);
});

it('changes the fingerprint when any file of the folder changes', () => {
  const before = findRecipes([file('n/nano/stone.yaml'), file('n/nano/pkg/a', 'x')], '')[0]!;
  const after = findRecipes([file('n/nano/stone.yaml'), file('n/nano/pkg/a', 'y')], '')[0]!;
  expect(folderFingerprint(after)).not.toBe(folderFingerprint(before));
});
