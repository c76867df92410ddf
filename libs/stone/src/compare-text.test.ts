import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText, sortedUnique } from './compare-text.js';

describe('compareText', () => {
  it('orders as the UTF-8 bytes do, surrogate pairs included', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        expect(Math.sign(compareText(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareText('\u{10000}', '\uffff')).toBeGreaterThan(0);
  });

  it('sorts upper case before lower and keeps each text once', () => {
    expect(sortedUnique(['b', 'a', 'B', 'a'])).toEqual(['B', 'a', 'b']);
  });
});
