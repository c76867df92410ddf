import { expect, it } from 'vitest';
import type { PoolPackage } from '../../pool/domain/pool-package.js';
import {
  applyChanges,
  CHECKPOINT_INTERVAL,
  nextChainLength,
  packagesOfLine,
  stagingChanges,
} from './version-line.js';

function made(id: number, name: string, sourceId = 'foo'): PoolPackage {
  return {
    id,
    name,
    sourceId,
    sha256: `${id}`.padStart(64, '0'),
    version: '1',
    sourceRelease: 1,
    buildRelease: id,
    architecture: 'x86_64',
    poolPath: `pool/v0/x/${id}`,
  };
}

it('has a checkpoint every so many versions', () => {
  let length = 0;
  const lengths = Array.from({ length: 2 * CHECKPOINT_INTERVAL }, () => {
    length = nextChainLength(length);
    return length;
  });
  expect(lengths.filter((n) => n === 0)).toHaveLength(2);
  expect(Math.max(...lengths)).toBe(CHECKPOINT_INTERVAL - 1);
});

it('drops from the line what a second build of the source does not produce', () => {
  const [foo, devel, bar] = [made(1, 'foo'), made(2, 'foo-devel'), made(3, 'bar', 'bar')];
  const again = made(4, 'foo');
  const changes = stagingChanges([foo, devel, bar], [again]);
  const packages = new Map([foo, devel, bar, again].map((item) => [item.id, item]));
  const after = applyChanges([foo, devel, bar], changes, (id) => packages.get(id)!);
  expect(after.map(({ id }) => id).sort()).toEqual([3, 4]);
});

it('knows what the line itself built', () => {
  const x86 = (name: string, packageId: number | null) => ({
    architecture: 'x86_64',
    name,
    packageId,
  });
  expect(
    packagesOfLine([x86('a', 1), x86('b', 2), x86('a', 3), x86('b', null), x86('c', null)]),
  ).toEqual([3]);
});
