/** Most lines on the page at once, and how many a step shows more. */
export const WINDOW_LINES_MAX = 2_000;
export const WINDOW_STEP_LINES = 1_000;
/** Lines on the page while it follows the end. */
export const FOLLOW_LINES = 1_000;
/** Lines are drawn in blocks of this many, so that a new line draws one block. */
export const BLOCK_LINES = 100;

/** Which lines the reader looks at: the growing end, or those from a line on. */
export type LogWindow =
  { readonly kind: 'end' } | { readonly kind: 'from'; readonly first: number };

export interface LineRange {
  readonly from: number;
  readonly to: number;
}

const alignDown = (line: number): number => Math.floor(line / BLOCK_LINES) * BLOCK_LINES;

/** The lines to draw out of those held, as sequence numbers. */
export function drawnRange(window: LogWindow, held: LineRange): LineRange {
  if (window.kind === 'end') {
    return { from: Math.max(held.from, alignDown(held.to - FOLLOW_LINES)), to: held.to };
  }
  const from = Math.min(Math.max(held.from, window.first), held.to);
  return { from, to: Math.min(held.to, from + WINDOW_LINES_MAX) };
}

/** A window that begins a step earlier than what is drawn. */
export function earlier(drawn: LineRange): LogWindow {
  return { kind: 'from', first: alignDown(drawn.from - WINDOW_STEP_LINES) };
}

/** A window that ends a step later than what is drawn, at most at the end. */
export function later(drawn: LineRange, held: LineRange): LogWindow {
  const last = Math.min(drawn.to + WINDOW_STEP_LINES, held.to);
  // Upwards, for a window that begins too early would not reach the last line.
  const first = Math.ceil((last - WINDOW_LINES_MAX) / BLOCK_LINES) * BLOCK_LINES;
  return { kind: 'from', first: Math.max(drawn.from, first) };
}

/** A window that shows one line with some before it. */
export function around(line: number): LogWindow {
  return { kind: 'from', first: alignDown(line - BLOCK_LINES) };
}

/** Cuts a range at block borders. */
export function blocksOf(range: LineRange): LineRange[] {
  const blocks: LineRange[] = [];
  for (let from = range.from; from < range.to;) {
    const to = Math.min(range.to, alignDown(from) + BLOCK_LINES);
    blocks.push({ from, to });
    from = to;
  }
  return blocks;
}
