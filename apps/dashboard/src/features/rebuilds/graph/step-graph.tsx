import { type RebuildStepView } from '@cairn/contracts';
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { drawSteps, type GraphColours } from './draw-steps.js';
import { layOutSteps } from './step-layout.js';
import { fitting, moved, stepAt, zoomed, type Viewport } from './viewport.js';

const WHEEL_FACTOR = 1.0015;
const BUTTON_FACTOR = 1.4;
/** A press that moves less than this chooses a step. */
const CLICK_DISTANCE_MAX = 4;

interface StepGraphProps {
  readonly steps: readonly RebuildStepView[];
  readonly chosenId: string | null;
  readonly onChoose: (id: string | null) => void;
}

/** The steps of a rebuild on a canvas that is dragged and zoomed; thousands of them stay smooth. */
export function StepGraph({ steps, chosenId, onChoose }: StepGraphProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const grip = useRef<{ x: number; y: number; distance: number } | null>(null);
  const [view, setView] = useState<Viewport | null>(null);
  const layout = useMemo(() => layOutSteps(steps), [steps]);

  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const at = { x: event.offsetX, y: event.offsetY };
      setView((old) =>
        zoomed(old ?? fitting(layout, sizeOf(element)), WHEEL_FACTOR ** -event.deltaY, at),
      );
    };
    // React's own wheel listeners are passive, and the page would scroll as well.
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [layout]);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element === null || context === null || context === undefined) return;
    const frame = requestAnimationFrame(() => {
      const size = sizeOf(element);
      element.width = size.width;
      element.height = size.height;
      const colours = coloursOf(element);
      drawSteps(context, {
        layout,
        view: view ?? fitting(layout, size),
        chosenId,
        colours,
        ...size,
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [layout, view, chosenId]);

  const current = (): Viewport => {
    const element = canvas.current;
    return view ?? fitting(layout, element === null ? layout : sizeOf(element));
  };
  const zoomBy = (factor: number): void => {
    const element = canvas.current;
    if (element === null) return;
    const { width, height } = sizeOf(element);
    setView(zoomed(current(), factor, { x: width / 2, y: height / 2 }));
  };
  const drag = (event: PointerEvent): void => {
    const held = grip.current;
    if (held === null) return;
    const [byX, byY] = [event.clientX - held.x, event.clientY - held.y];
    grip.current = {
      x: event.clientX,
      y: event.clientY,
      distance: held.distance + Math.abs(byX) + Math.abs(byY),
    };
    setView(moved(current(), byX, byY));
  };
  const letGo = (event: PointerEvent<HTMLCanvasElement>): void => {
    const held = grip.current;
    grip.current = null;
    if (held === null || held.distance > CLICK_DISTANCE_MAX) return;
    const box = event.currentTarget.getBoundingClientRect();
    const at = { x: event.clientX - box.left, y: event.clientY - box.top };
    onChoose(stepAt(layout, current(), at)?.id ?? null);
  };
  return (
    <figure className="step-graph">
      <canvas
        ref={canvas}
        role="img"
        aria-label={`Graph of ${steps.length} builds`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          grip.current = { x: event.clientX, y: event.clientY, distance: 0 };
        }}
        onPointerMove={drag}
        onPointerUp={letGo}
        onPointerCancel={() => (grip.current = null)}
      />
      <figcaption className="actions">
        <button type="button" onClick={() => zoomBy(BUTTON_FACTOR)}>
          Larger
        </button>
        <button type="button" onClick={() => zoomBy(1 / BUTTON_FACTOR)}>
          Smaller
        </button>
        <button type="button" onClick={() => setView(null)}>
          All
        </button>
        <StepFinder steps={steps} onChoose={onChoose} />
      </figcaption>
    </figure>
  );
}

/** Chooses a step by its name, for those who cannot or do not want to press on the drawing. */
function StepFinder({ steps, onChoose }: Pick<StepGraphProps, 'steps' | 'onChoose'>) {
  return (
    <label>
      Find{' '}
      <input
        type="search"
        onChange={(event) => {
          const text = event.target.value.trim();
          const found =
            steps.find((step) => step.source === text) ??
            steps.find((step) => text !== '' && step.source.startsWith(text));
          onChoose(found?.id ?? null);
        }}
      />
    </label>
  );
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

function coloursOf(element: HTMLElement): GraphColours {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name);
  return {
    standing: {
      waiting: colour('--waiting-ground'),
      ready: colour('--running-ground'),
      blocked: colour('--bad-ground'),
      building: colour('--gauge'),
      built: colour('--good-ground'),
      failed: colour('--gauge-high'),
      spared: colour('--off-ground'),
      cancelled: colour('--off-ground'),
    },
    edge: colour('--line-strong'),
    chosenEdge: colour('--accent'),
    text: colour('--text'),
  };
}
