import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HarmlessLog, isColour } from './harmless-log.js';

function shown(pieces: readonly (string | Uint8Array)[], hasColours = true): string {
  const log = new HarmlessLog({ hasColours });
  const texts = pieces.map((piece) =>
    log.push(typeof piece === 'string' ? new TextEncoder().encode(piece) : piece),
  );
  return texts.join('') + log.end();
}

/** Bytes that are rich in what terminals obey. */
const hostileBytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\u001b',
        '\u001b[31m',
        '\u001b[',
        '38;5;',
        'm',
        '\r',
        '\n',
        '\u009b',
        '\u202e',
      ),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => new TextEncoder().encode(parts.join('')));

describe('HarmlessLog', () => {
  it('lets colours pass and ends them', () => {
    expect(shown(['\u001b[1;31mbad\u001b[0m'])).toBe('\u001b[1;31mbad\u001b[0m\u001b[0m');
  });

  it('takes colours out where they are not wanted', () => {
    expect(shown(['\u001b[1;31mbad\u001b[m!'], false)).toBe('bad!');
  });

  it.each([
    ['clear screen', '\u001b[2J', '␛[2J'],
    ['window title', '\u001b]0;x\u0007', '␛]0;x␇'],
    ['report', '\u001b[6n', '␛[6n'],
    ['hidden text', '\u001b[8mpw', '␛[8mpw'],
    ['private parameter', '\u001b[?25l', '␛[?25l'],
    ['backspaces', 'ab\b\bcd', 'ab␈␈cd'],
    ['8-bit sequence', '\u009b2J', '\\u{9b}2J'],
    ['reversed text', '\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['overwritten line', 'evil\rgood', 'evil\ngood'],
    ['line end', 'a\r\nb', 'a\nb'],
    ['delete', '\u007f', '␡'],
  ])('shows %s instead of obeying it', (_name, given, wanted) => {
    expect(shown([given])).toBe(wanted);
  });

  it('keeps a sequence that is cut in two by the end of a piece', () => {
    expect(shown(['a\u001b', '[3', '2mgreen', '\r', '\nb'])).toBe('a\u001b[32mgreen\nb\u001b[0m');
  });

  it('does not wait for ever for the end of a sequence', () => {
    const log = new HarmlessLog({ hasColours: true });
    expect(log.push(new TextEncoder().encode(`\u001b[${'1'.repeat(500)}`))).toHaveLength(502);
  });

  it('shows bytes that are no text', () => {
    expect(shown([Uint8Array.of(0x61, 0xff, 0xc3), Uint8Array.of(0xa4)])).toBe('a\ufffdä');
  });

  it('never lets through what could steer a terminal', () => {
    fc.assert(
      fc.property(hostileBytes, (bytes) => {
        const rest = shown([bytes]).replace(/\u001b\[[0-9;:]*m/g, '');
        expect(rest).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });

  it('shows the same however the bytes are cut', () => {
    fc.assert(
      fc.property(hostileBytes, fc.array(fc.nat(20)), (bytes, sizes) => {
        const pieces: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) pieces.push(bytes.subarray(at, (at += size)));
        expect(shown([...pieces, bytes.subarray(at)])).toBe(shown([bytes]));
      }),
    );
  });
});

describe('isColour', () => {
  it.each(['', '0', '1;31', '38;5;8', '38;2;1;2;3', '48:5:200', '97', '107', '4'])(
    'takes %s',
    (parameters) => {
      expect(isColour(parameters)).toBe(true);
    },
  );

  it.each(['8', '5', '6', '1;8', '38', '38;5', '38;2;1;2', '38;7;1', '50', '110', '999999'])(
    'refuses %s',
    (parameters) => {
      expect(isColour(parameters)).toBe(false);
    },
  );
});
