import { expect, it } from 'vitest';
import { sampleChannel } from '../../testing/sample-views.js';
import { pairToCompare } from './version-pair.js';

const nothing = { from: undefined, to: undefined };

it('proposes the last step of the first stream', () => {
  expect(pairToCompare(sampleChannel(), nothing)).toEqual({
    from: 'history/1750000000',
    to: 'stream/volatile',
  });
  expect(pairToCompare(sampleChannel({ streams: [], versions: [] }), nothing)).toBeUndefined();
});

it('keeps what was chosen, and compares the oldest with itself', () => {
  const pair = { from: 'tag/a', to: 'history/1' };
  expect(pairToCompare(sampleChannel(), pair)).toEqual(pair);
  expect(pairToCompare(sampleChannel(), { ...nothing, to: 'history/1750000000' })).toEqual({
    from: 'history/1750000000',
    to: 'history/1750000000',
  });
});
