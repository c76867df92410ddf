import { expect, it } from 'vitest';
import { INDEX_PACKAGES_MAX } from '../../pool/domain/index-block.js';
import type { PoolPackage } from '../../pool/domain/pool-package.js';
import { checkStreamChange } from './stream-guards.js';

const item: PoolPackage = {
  id: 1,
  sha256: '0'.repeat(64),
  name: 'a',
  version: '1',
  sourceRelease: 1,
  buildRelease: 1,
  architecture: 'x86_64',
  sourceId: 'a',
  poolPath: 'pool/v0/a/a',
};
const put = { architecture: 'x86_64', name: 'a', before: undefined, after: item };
const fine = {
  label: 'main/volatile',
  after: [item],
  changed: [put],
  pinned: new Set<string>(),
  yanked: new Set<number>(),
};

it('lets through what breaks no rule', () => {
  expect(checkStreamChange(fine)).toBeUndefined();
  expect(
    checkStreamChange({ ...fine, changed: [], pinned: new Set(['x86_64/a']) }),
  ).toBeUndefined();
});

it('refuses changes of pinned keys and withdrawn packages', () => {
  expect(checkStreamChange({ ...fine, pinned: new Set(['x86_64/a']) })?.code).toBe(
    'package.pinned',
  );
  expect(checkStreamChange({ ...fine, yanked: new Set([1]) })?.code).toBe('package.yanked');
});

it('counts what one index holds, not all architectures together', () => {
  const many = (architecture: string) =>
    Array.from({ length: INDEX_PACKAGES_MAX }, () => ({ ...item, architecture }));
  expect(
    checkStreamChange({ ...fine, after: [...many('x86_64'), ...many('aarch64')] }),
  ).toBeUndefined();
  expect(checkStreamChange({ ...fine, after: [...many('x86_64'), item] })?.code).toBe(
    'channel.full',
  );
});
