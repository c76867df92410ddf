import { describe, expect, it } from 'vitest';
import { counted, humanSize, printable } from './printable.js';

describe('text for a terminal', () => {
  it('shows characters that could steer it', () => {
    expect(printable('a\u001b[31mb\n\u202ec')).toBe('a\\u{1b}[31mb\\u{a}\\u{202e}c');
    expect(printable('blåbær 豆')).toBe('blåbær 豆');
  });

  it('gives sizes and counts in words', () => {
    expect([0, 1_023, 1_024, 583_035, 2 ** 41].map(humanSize)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KiB',
      '569.4 KiB',
      '2.0 TiB',
    ]);
    expect([counted(1, 'file'), counted(0, 'file'), counted(65_535, 'file')]).toEqual([
      '1 file',
      '0 files',
      '65,535 files',
    ]);
  });
});
