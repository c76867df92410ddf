import { describe, expect, it } from 'vitest';
import type { PoolPackage } from '../../pool/domain/pool-package.js';
import {
  changedPackages,
  listable,
  selectPackages,
  toVersionChanges,
  withdrawn,
  without,
  withPut,
  withSources,
} from './stream-contents.js';

function packageOf(id: number, name: string, more: Partial<PoolPackage> = {}): PoolPackage {
  return {
    id,
    name,
    sha256: String(id).padStart(64, '0'),
    version: '1',
    sourceRelease: 1,
    buildRelease: 1,
    architecture: 'x86_64',
    sourceId: name,
    poolPath: `pool/v0/${name}`,
    ...more,
  };
}

const a1 = packageOf(1, 'a');
const a2 = packageOf(2, 'a', { sourceRelease: 2 });
const aOnArm = packageOf(3, 'a', { architecture: 'aarch64' });
const b = packageOf(4, 'b');
const bDevel = packageOf(5, 'b-devel', { sourceId: 'b' });

it('lists what differs by name, then architecture', () => {
  const changed = changedPackages([a1, b], [bDevel, a2, aOnArm]);
  expect(changed.map(({ name, before, after }) => [name, before?.id, after?.id])).toEqual([
    ['a', undefined, 3],
    ['a', 1, 2],
    ['b', 4, undefined],
    ['b-devel', undefined, 5],
  ]);
  expect(toVersionChanges(changed).map(({ packageId }) => packageId)).toEqual([3, 2, null, 5]);
  expect(changedPackages([a1, b], [b, a1])).toEqual([]);
});

describe('selecting', () => {
  it('takes every architecture unless told, and says what names nothing', () => {
    const all = selectPackages([a1, aOnArm, b], [{ name: 'a' }, { name: 'z' }]);
    expect(all.selected).toEqual([a1, aOnArm]);
    expect(all.unknown).toEqual([{ name: 'z' }]);
    const one = selectPackages([a1, aOnArm], [{ name: 'a', architecture: 'aarch64' }]);
    expect(one.selected).toEqual([aOnArm]);
  });
});

it('puts, takes out and leaves alone', () => {
  expect(without([a1, aOnArm, b], [a2])).toEqual([aOnArm, b]);
  expect(withPut([a1, b], [a2])).toEqual([a2, b]);
  expect(listable([a1, aOnArm], ['aarch64'])).toEqual([aOnArm]);
});

it('copies whole sources, also what they no longer have', () => {
  expect(withSources([a1, b, bDevel], [a2, b], ['b'])).toEqual([a1, b]);
  expect(withSources([a1], [a2, b, bDevel], ['b'])).toEqual([a1, b, bDevel]);
});

it('replaces withdrawn packages by their predecessors', () => {
  expect(withdrawn([a2, b, aOnArm], new Set([2, 4]), [a1])).toEqual([a1, aOnArm]);
});
