import fc from 'fast-check';
import { expect, it } from 'vitest';
import { applySgr, PLAIN_STYLE } from './log-style.js';
import { endStyleOf, parseLine, plainText, SPANS_PER_LINE_MAX } from './parse-line.js';

const ESC = '\u001b';
const textOf = (line: string): string =>
  parseLine(line, PLAIN_STYLE)
    .spans.map((span) => span.text)
    .join('');

it('keeps colours and the text between them', () => {
  const { spans, endStyle } = parseLine(`${ESC}[1;31merror:${ESC}[0m no`, PLAIN_STYLE);
  expect(spans).toEqual([
    { text: 'error:', className: 'fg-1 bold' },
    { text: ' no', className: '' },
  ]);
  expect(endStyle).toEqual(PLAIN_STYLE);
});

it('hands an open colour on to the next line', () => {
  const first = parseLine(`a${ESC}[32mb`, PLAIN_STYLE);
  expect(parseLine('c', first.endStyle).spans).toEqual([{ text: 'c', className: 'fg-2' }]);
});

it.each([
  ['38;5;196', 9],
  ['38;5;21', 12],
  ['38;2;10;10;10', 0],
  ['38;2;250;250;250', 15],
  ['38:2:0:180:0', 2],
  ['93', 11],
])('maps colour %s to the palette', (parameters, expected) => {
  expect(applySgr(PLAIN_STYLE, parameters).foreground).toBe(expected);
});

it('never hides text in the colour of its ground', () => {
  expect(parseLine(`${ESC}[31;41mx`, PLAIN_STYLE).spans[0]?.className).toBe('fg-1');
  expect(parseLine(`${ESC}[8mx`, PLAIN_STYLE).spans[0]?.className).toBe('');
});

it.each([
  ['a cursor movement', `a${ESC}[2Ab${ESC}[2Kc`, 'abc'],
  ['a window title', `${ESC}]0;owned\u0007text`, 'text'],
  ['a link', `${ESC}]8;;javascript:alert(1)${ESC}\\here${ESC}]8;;${ESC}\\`, 'here'],
  ['a device string', `${ESC}P1;2q${ESC}\\text`, 'text'],
  ['a character set', `${ESC}(Btext`, 'text'],
  ['an unfinished title', `${ESC}]0;never ends`, '␛]0;never ends'],
  ['a bell and a backspace', 'a\u0007b\u0008c', 'a␇b␈c'],
  ['a text direction override', 'a\u202eb', 'a\ufffdb'],
  ['eight-bit sequences', 'a\u009b31mb', 'a\ufffd31mb'],
  ['markup', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
])('makes %s harmless', (_, line, expected) => {
  expect(textOf(line)).toBe(expected);
});

it('draws no more spans than a browser bears', () => {
  const line = Array.from({ length: 1_000 }, (_, n) => `${ESC}[${30 + (n % 8)}mx`).join('');
  const { spans } = parseLine(line, PLAIN_STYLE);
  expect(spans).toHaveLength(SPANS_PER_LINE_MAX);
  expect(spans.map((span) => span.text).join('')).toBe('x'.repeat(1_000));
});

it('survives any text, and lets no control character through', () => {
  const pieces = fc.oneof(
    fc.constantFrom(ESC, `${ESC}[`, `${ESC}]8;;`, `${ESC}P`, '\u0007', '38;5;', 'm', ';', '\\'),
    fc.string({ unit: 'binary', maxLength: 20 }),
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      const line = parts.join('').replaceAll('\n', '');
      const { spans, endStyle } = parseLine(line, PLAIN_STYLE);
      expect(endStyleOf(line, PLAIN_STYLE)).toEqual(endStyle);
      for (const span of spans) {
        expect(span.text).not.toMatch(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(span.className).toMatch(/^(?:[a-z]+(?:-\d{1,2})?(?: |$))*$/);
      }
      expect(plainText(line).length).toBeLessThanOrEqual(line.length);
    }),
  );
});

it('takes time in proportion to a hostile line', () => {
  const startedAt = performance.now();
  for (const piece of [ESC, `${ESC}[`, `${ESC}]`, `${ESC}[1;1;1`, `${ESC}]0;x`]) {
    textOf(piece.repeat(50_000 / piece.length));
  }
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
