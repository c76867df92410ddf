import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBase64, fitChunk, readLogMessage } from './log-position.js';

it('reads every byte once, whatever pieces a server sends and however often they are sent', () => {
  const whole = Uint8Array.from({ length: 500 }, (_, at) => at % 251);
  const piece = fc.record({ start: fc.nat({ max: 500 }), length: fc.nat({ max: 200 }) });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), fc.nat({ max: 500 }), (pieces, entry) => {
      let held = entry;
      const got: number[] = [];
      for (const { start, length } of pieces) {
        const bytes = whole.slice(start, start + length);
        const decision = fitChunk(held, { endOffset: start + bytes.length, bytes });
        if (decision.kind === 'ask-again') {
          expect(start).toBeGreaterThan(held);
          continue;
        }
        got.push(...decision.bytes);
        held = decision.nextOffset;
      }
      expect(got).toEqual([...whole.slice(entry, held)]);
    }),
  );
});

it('refuses a piece that would begin before the log', () => {
  expect(fitChunk(0, { endOffset: 2, bytes: new Uint8Array(5) }).kind).toBe('ask-again');
});

it('decodes base64 and nothing else', () => {
  expect(decodeBase64('/wA=')).toEqual(new Uint8Array([255, 0]));
  expect(decodeBase64('not base64!')).toBeNull();
});

it.each([
  ['an id that is no offset', { id: 'x', data: '{}' }],
  ['no JSON', { id: '1', data: '<html>' }],
  ['bytes that are not base64', { id: '1', data: '{"bytes":"?"}' }],
])('takes a message with %s for malformed', (_, message) => {
  expect(readLogMessage(message, () => ({ offset: 1, bytes: '?', complete: false }))).toBeNull();
});
