import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonPieces } from './json-pieces.js';

it('gives what the whole text would be', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      expect([...jsonPieces(value)].join('')).toBe(JSON.stringify(value, undefined, 2));
    }),
  );
});

it('cuts a list between its elements', () => {
  const value = {
    file: 'a',
    payloads: [{ kind: 'meta', records: [] }, { kind: 'index' }],
    stats: {},
  };
  const pieces = [...jsonPieces(value)];
  expect(pieces.join('')).toBe(JSON.stringify(value, undefined, 2));
  expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(60);
});
