import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_LINE_LENGTH_MAX, EventParser, type ServerEvent } from './event-parser.js';

function parsed(...texts: string[]): ServerEvent[] {
  const parser = new EventParser();
  return texts.flatMap((text) => parser.push(text));
}

describe('EventParser', () => {
  it('reads events, and passes over remarks and unknown fields', () => {
    expect(
      parsed('retry: 1000\n\n: still here\n\nid: 7\nevent: x\ndata: a\ndata:b\n\ndata: c\n\n'),
    ).toEqual([
      { id: '7', data: 'a\nb' },
      { id: '7', data: 'c' },
    ]);
  });

  it('keeps an event back until its empty line', () => {
    const parser = new EventParser();
    expect(parser.push('data: a\n')).toEqual([]);
    expect(parser.push('\n')).toEqual([{ id: '', data: 'a' }]);
  });

  it('refuses a line that never ends', () => {
    const parser = new EventParser();
    expect(() => parser.push('x'.repeat(EVENT_LINE_LENGTH_MAX + 1))).toThrow(RangeError);
  });

  it('reads the same however the text is cut and its lines end', () => {
    const line = fc.stringMatching(/^[ -~]{0,20}$/);
    const events = fc.array(fc.record({ id: line, data: line }), { maxLength: 5 });
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(events, lineEnd, fc.array(fc.nat(15)), (wanted, end, sizes) => {
        const text = wanted
          .map(({ id, data }) => `id: ${id}${end}data: ${data}${end}${end}`)
          .join('');
        const pieces: string[] = [];
        let at = 0;
        for (const size of sizes) pieces.push(text.slice(at, (at += size)));
        // A lone carriage return is known to be one when something follows.
        expect(parsed(...pieces, text.slice(at), ':\n')).toEqual(wanted);
      }),
    );
  });
});
