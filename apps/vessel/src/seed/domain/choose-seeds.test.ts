import { expect, it } from 'vitest';
import type { PoolPackage } from '../../pool/domain/pool-package.js';
import { chooseSeeds, newestOfEach } from './choose-seeds.js';

function item(name: string, sourceRelease: number, buildRelease = 1): PoolPackage {
  return {
    ...{ id: sourceRelease * 100 + buildRelease, name, version: '1', sourceRelease, buildRelease },
    ...{ architecture: 'x86_64', sourceId: name, poolPath: `pool/v0/${name}` },
    sha256: `${name}${sourceRelease}${buildRelease}`.padEnd(64, '0'),
  };
}

it('C80: takes the highest release of a folder, counting as numbers', () => {
  const found = [1, 10, 2].map((release) => ({ description: item('foo', release) }));
  expect(newestOfEach(found).map(({ description }) => description.sourceRelease)).toEqual([10]);
});

it('never takes a channel back', () => {
  const current = [item('a', 2), item('b', 1), item('c', 1)];
  const offered = [item('a', 1), item('b', 1), item('c', 1, 2), item('d', 1)];
  expect(chooseSeeds(current, offered).map(({ verdict }) => verdict)).toEqual([
    'older',
    'present',
    'accepted',
    'accepted',
  ]);
});
