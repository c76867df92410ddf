import { expect, it } from 'vitest';
import { diffIndexes } from './index-diff.js';
import type { StonePackage } from './stone-package.js';

const base: StonePackage = {
  name: 'nano',
  version: '8.3',
  sourceRelease: 33,
  buildRelease: 1,
  architecture: 'x86_64',
  summary: '',
  description: '',
  sourceId: 'nano',
  homepage: '',
  licenses: ['MIT', 'BSD'],
  depends: [{ kind: 'binary', name: 'sh' }],
  provides: [],
  conflicts: [],
  buildDepends: [],
};

it('tells what came, went and changed, by name and architecture', () => {
  const before = [base, { ...base, name: 'gone' }, { ...base, architecture: 'aarch64' }];
  const newer = { ...base, version: '8.4', hash: 'a'.repeat(64) };
  const difference = diffIndexes(before, [
    { ...base, name: 'new' },
    newer,
    { ...base, architecture: 'aarch64' },
  ]);
  expect(difference.added.map(({ name }) => name)).toEqual(['new']);
  expect(difference.removed.map(({ name }) => name)).toEqual(['gone']);
  expect(difference.changed).toEqual([{ before: base, after: newer, fields: ['version', 'hash'] }]);
});

it('compares lists as sets', () => {
  const reordered = { ...base, licenses: ['BSD', 'MIT', 'MIT'] };
  expect(diffIndexes([base], [reordered]).changed).toEqual([]);
  const other = { ...base, depends: [{ kind: 'name', name: 'sh' } as const] };
  expect(diffIndexes([base], [other]).changed).toMatchObject([{ fields: ['depends'] }]);
});
