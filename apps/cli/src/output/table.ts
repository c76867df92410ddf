import { printable } from '../stone/printable.js';
import { displayWidth, truncated } from './display-width.js';
import { type Style } from './paint.js';
import { type Screen } from './screen.js';

const GAP = '  ';
const FLEXIBLE_WIDTH_MIN = 12;

/** Text of one cell; control characters in it are made visible. */
export type Cell = string | number | { readonly text: string; readonly style: Style | undefined };

/** One column: how its cells are made from a row. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => Cell;
  readonly isRight?: boolean;
  /** Cut when the table is wider than the terminal; at most one column. */
  readonly isFlexible?: boolean;
}

interface DrawnCell {
  readonly text: string;
  readonly style: Style | undefined;
}

/** Lines of an aligned table with a line of titles; only `empty` when there are no rows. */
export function tableLines<Row>(
  screen: Pick<Screen, 'columns' | 'paint'>,
  table: { readonly columns: readonly Column<Row>[]; readonly empty: string },
  rows: readonly Row[],
): string[] {
  if (rows.length === 0) return [table.empty];
  const titles = table.columns.map(({ title }): DrawnCell => ({ text: title, style: 'bold' }));
  const body = rows.map((row) => table.columns.map(({ cell }) => drawn(cell(row))));
  const lines = [titles, ...body];
  const widths = columnWidths(table.columns, lines, screen.columns);
  return lines.map((cells) =>
    cells
      .map((cell, at) => padded(cell, widths[at] ?? 0, table.columns[at], screen))
      .join(GAP)
      .trimEnd(),
  );
}

/** Lines `label  value` with the values below each other. */
export function fieldLines(
  screen: Pick<Screen, 'paint'>,
  fields: readonly (readonly [label: string, value: Cell])[],
): string[] {
  const width = Math.max(...fields.map(([label]) => displayWidth(label)));
  return fields.map(([label, value]) => {
    const { text, style } = drawn(value);
    return `${screen.paint('dim', label.padEnd(width))}${GAP}${screen.paint(style, text)}`.trimEnd();
  });
}

function drawn(cell: Cell): DrawnCell {
  if (typeof cell === 'object') return { text: printable(cell.text), style: cell.style };
  return { text: printable(String(cell)), style: undefined };
}

function columnWidths(
  columns: readonly { readonly isFlexible?: boolean }[],
  lines: readonly (readonly DrawnCell[])[],
  columnsMax: number | undefined,
): number[] {
  const widths = columns.map((_, at) =>
    lines.reduce((most, cells) => Math.max(most, displayWidth(cells[at]?.text ?? '')), 0),
  );
  const flexible = columns.findIndex(({ isFlexible }) => isFlexible === true);
  const wanted = widths[flexible];
  if (columnsMax === undefined || wanted === undefined) return widths;
  const total = widths.reduce((sum, width) => sum + width, GAP.length * (columns.length - 1));
  const tooWide = Math.max(0, total - columnsMax);
  widths[flexible] = Math.max(Math.min(wanted, FLEXIBLE_WIDTH_MIN), wanted - tooWide);
  return widths;
}

function padded(
  { text, style }: DrawnCell,
  width: number,
  column: { readonly isRight?: boolean; readonly isFlexible?: boolean } | undefined,
  screen: Pick<Screen, 'columns' | 'paint'>,
): string {
  const cut = column?.isFlexible === true ? truncated(text, width) : text;
  const space = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  const painted = screen.paint(style, cut);
  return column?.isRight === true ? space + painted : painted + space;
}
