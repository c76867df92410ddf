import { STEP_HEIGHT, STEP_WIDTH, type StepLayout } from './step-layout.js';

/** What part of the drawing is seen: screen = drawing × scale + offset. */
export interface Viewport {
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const SCALE_MIN = 0.02;
const SCALE_MAX = 4;
const MARGIN = 12;

/** Shows all of the drawing. */
export function fitting(layout: Size, screen: Size): Viewport {
  const fit = Math.min(
    (screen.width - 2 * MARGIN) / Math.max(1, layout.width),
    (screen.height - 2 * MARGIN) / Math.max(1, layout.height),
  );
  const scale = Math.min(1, Math.max(SCALE_MIN, fit));
  return { scale, offsetX: MARGIN, offsetY: MARGIN };
}

/** The same point stays under the pointer. */
export function zoomed(
  view: Viewport,
  factor: number,
  at: { readonly x: number; readonly y: number },
): Viewport {
  const scale = Math.min(SCALE_MAX, Math.max(SCALE_MIN, view.scale * factor));
  const ratio = scale / view.scale;
  return {
    scale,
    offsetX: at.x - (at.x - view.offsetX) * ratio,
    offsetY: at.y - (at.y - view.offsetY) * ratio,
  };
}

export function moved(view: Viewport, byX: number, byY: number): Viewport {
  return { ...view, offsetX: view.offsetX + byX, offsetY: view.offsetY + byY };
}

/** The step under a point of the screen. */
export function stepAt<S extends { readonly id: string; readonly after: string[] }>(
  layout: StepLayout<S>,
  view: Viewport,
  at: { readonly x: number; readonly y: number },
): S | undefined {
  const x = (at.x - view.offsetX) / view.scale;
  const y = (at.y - view.offsetY) / view.scale;
  return layout.placed.find(
    (each) => x >= each.x && x <= each.x + STEP_WIDTH && y >= each.y && y <= each.y + STEP_HEIGHT,
  )?.step;
}
