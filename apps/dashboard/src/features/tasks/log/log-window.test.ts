import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  around,
  BLOCK_LINES,
  blocksOf,
  drawnRange,
  earlier,
  FOLLOW_LINES,
  later,
  type LogWindow,
  WINDOW_LINES_MAX,
} from './log-window.js';

it('follows the end with a bounded number of lines', () => {
  const { from, to } = drawnRange({ kind: 'end' }, { from: 0, to: 1_000_000 });
  expect(to).toBe(1_000_000);
  expect(to - from).toBeLessThanOrEqual(FOLLOW_LINES + BLOCK_LINES);
});

it('reaches both ends of any log by steps, never drawing too much', () => {
  fc.assert(
    fc.property(fc.integer({ min: -50_000, max: 0 }), fc.nat({ max: 50_000 }), (from, to) => {
      const held = { from, to };
      let view: LogWindow = { kind: 'end' };
      let steps = 0;
      for (; drawnRange(view, held).from > from && steps < 300; steps += 1) {
        const drawn = drawnRange(view, held);
        expect(drawn.to - drawn.from).toBeLessThanOrEqual(WINDOW_LINES_MAX);
        view = earlier(drawn);
      }
      for (; drawnRange(view, held).to < to && steps < 300; steps += 1)
        view = later(drawnRange(view, held), held);
      expect(steps).toBeLessThan(300);
    }),
  );
});

it('shows a line with what stands before it', () => {
  const drawn = drawnRange(around(12_345), { from: 0, to: 100_000 });
  expect(drawn.from).toBeLessThan(12_345);
  expect(drawn.to).toBeGreaterThan(12_345);
});

it('cuts blocks that tile the range and keep their borders as the log grows', () => {
  const before = blocksOf({ from: -30, to: 250 });
  expect(before).toEqual([
    { from: -30, to: 0 },
    { from: 0, to: 100 },
    { from: 100, to: 200 },
    { from: 200, to: 250 },
  ]);
  expect(blocksOf({ from: -30, to: 260 }).slice(0, 3)).toEqual(before.slice(0, 3));
});
