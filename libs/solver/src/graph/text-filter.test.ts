import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TextFilter } from './text-filter.js';

it('never denies a text that was added', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      const filter = new TextFilter(texts.length);
      for (const text of texts) filter.add(text);
      expect(texts.filter((text) => !filter.mayHave(text))).toEqual([]);
    }),
  );
});

it('denies most others', () => {
  const filter = new TextFilter(1_000);
  for (let place = 0; place < 1_000; place += 1) filter.add(`pkgconfig(lib-${place})`);
  const passed = Array.from({ length: 1_000 }, (_, place) => `soname(lib${place}.so.1(x86_64))`);
  expect(passed.filter((text) => filter.mayHave(text)).length).toBeLessThan(200);
});
