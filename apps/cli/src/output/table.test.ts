import { describe, expect, it } from 'vitest';
import { displayWidth, truncated } from './display-width.js';
import { colourPaint, plainPaint } from './paint.js';
import { screenOf } from './screen.js';
import { fieldLines, tableLines, type Column } from './table.js';

interface Row {
  readonly name: string;
  readonly count: number;
  readonly words: string;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'COUNT', cell: ({ count }) => count, isRight: true },
  { title: 'WORDS', cell: ({ words }) => words, isFlexible: true },
];
const ROWS: readonly Row[] = [
  { name: 'zlib', count: 3, words: 'waits for a builder that fits' },
  { name: '日本', count: 1200, words: '' },
];
const table = { empty: 'Nothing.', columns: COLUMNS };

describe('tableLines', () => {
  it('aligns columns by what a terminal shows', () => {
    expect(tableLines({ columns: undefined, paint: plainPaint }, table, ROWS)).toEqual([
      'NAME  COUNT  WORDS',
      'zlib      3  waits for a builder that fits',
      '日本   1200',
    ]);
  });

  it('cuts the flexible column to the width of the terminal, and to no less than 12', () => {
    const lines = tableLines({ columns: 32, paint: plainPaint }, table, ROWS);
    expect(lines[1]).toBe('zlib      3  waits for a builde…');
    expect(lines.every((line) => displayWidth(line) <= 32)).toBe(true);
    const narrow = tableLines({ columns: 5, paint: plainPaint }, table, ROWS);
    expect(narrow[1]).toBe('zlib      3  waits for a…');
  });

  it('shows control characters of hostile cells', () => {
    const rows = [{ name: 'a\u001b[2Jb', count: 1, words: 'x\ny\u202e' }];
    const text = tableLines({ columns: undefined, paint: plainPaint }, table, rows).join('|');
    expect(text).toContain('a\\u{1b}[2Jb');
    expect(text).toContain('x\\u{a}y\\u{202e}');
  });

  it('says when there is nothing', () => {
    expect(tableLines({ columns: 80, paint: plainPaint }, table, [])).toEqual(['Nothing.']);
  });

  it('pads outside of the colours', () => {
    const columns: Column<string>[] = [
      { title: 'S', cell: (text) => ({ text, style: 'red' }) },
      { title: 'T', cell: () => 'x' },
    ];
    const lines = tableLines({ columns: 80, paint: colourPaint }, { empty: '', columns }, ['ab']);
    expect(lines[1]).toBe('\u001b[31mab\u001b[0m  x');
  });
});

describe('fieldLines', () => {
  it('puts values below each other', () => {
    const fields = [['state', 'new'] as const, ['needed by', '–'] as const];
    expect(fieldLines({ paint: plainPaint }, fields)).toEqual(['state      new', 'needed by  –']);
  });
});

describe('displayWidth', () => {
  it('counts wide characters twice and combining ones not at all', () => {
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('漢字')).toBe(4);
    expect(displayWidth('📦')).toBe(2);
  });

  it('never cuts a character in two', () => {
    expect(truncated('漢字漢字', 4)).toBe('漢…');
    expect(truncated('abcd', 4)).toBe('abcd');
  });
});

describe('screenOf', () => {
  it('colours terminals only, and not against the wish of the user', () => {
    expect(screenOf({ isTTY: true, columns: 100 }, true)).toMatchObject({
      hasColours: true,
      columns: 100,
    });
    expect(screenOf({ isTTY: true, columns: 100 }, false).hasColours).toBe(false);
    expect(screenOf({ columns: 100 }, true)).toMatchObject({
      isTerminal: false,
      hasColours: false,
      columns: undefined,
    });
  });
});
