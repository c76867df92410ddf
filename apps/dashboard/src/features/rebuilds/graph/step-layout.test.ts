import { expect, it } from 'vitest';
import { layOutSteps, STEP_HEIGHT, STEP_WIDTH } from './step-layout.js';
import { fitting, moved, stepAt, zoomed } from './viewport.js';

const STEPS = [
  { id: 'a@0', after: [] as string[] },
  { id: 'b@0', after: ['a@0'] },
  { id: 'c@0', after: ['a@0'] },
  { id: 'd@0', after: ['b@0', 'c@0', 'gone@0'] },
];

it('puts every step to the right of what it waits for, and none upon another', () => {
  const { placed, edges } = layOutSteps(STEPS);
  const xOf = new Map(placed.map(({ step, x }) => [step.id, x]));
  for (const [from, to] of edges)
    expect(placed[from]!.x).toBeGreaterThanOrEqual(placed[to]!.x + STEP_WIDTH);
  expect(edges).toHaveLength(4);
  expect(xOf.get('b@0')).toBe(xOf.get('c@0'));
  expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(STEPS.length);
});

it('keeps a layer of thousands within a few columns', () => {
  const wide = Array.from({ length: 2_000 }, (_, place) => ({ id: `s${place}@0`, after: [] }));
  const { placed, height } = layOutSteps(wide);
  expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(2_000);
  expect(height).toBeLessThan(3_000);
});

it('finds the step under the pointer after zooming and moving', () => {
  const layout = layOutSteps(STEPS);
  const view = moved(
    zoomed(fitting(layout, { width: 800, height: 400 }), 1.7, { x: 90, y: 40 }),
    31,
    -7,
  );
  for (const { step, x, y } of layout.placed) {
    const at = {
      x: (x + STEP_WIDTH / 2) * view.scale + view.offsetX,
      y: (y + STEP_HEIGHT / 2) * view.scale + view.offsetY,
    };
    expect(stepAt(layout, view, at)?.id).toBe(step.id);
  }
});

it('keeps the point under the pointer where it is while zooming', () => {
  const before = { scale: 1, offsetX: 10, offsetY: 20 };
  const after = zoomed(before, 2, { x: 110, y: 70 });
  expect([(110 - after.offsetX) / after.scale, (70 - after.offsetY) / after.scale]).toEqual([
    100, 50,
  ]);
});
