import { type RebuildStepView } from '@cairn/contracts';

type Step = Pick<RebuildStepView, 'id' | 'after'>;

/** Where a step is drawn, in units of the drawing; its left upper corner. */
export interface PlacedStep<S extends Step> {
  readonly step: S;
  readonly x: number;
  readonly y: number;
}

export interface StepLayout<S extends Step> {
  readonly placed: readonly PlacedStep<S>[];
  /** Indices into `placed`, from the step that waits to the one it waits for. */
  readonly edges: readonly (readonly [number, number])[];
  readonly width: number;
  readonly height: number;
}

export const STEP_WIDTH = 120;
export const STEP_HEIGHT = 16;
const COLUMN_PITCH = 190;
const ROW_PITCH = 20;
/** A layer of more steps goes on in the next column, so that a wide graph stays readable. */
const ROWS_MAX = 90;

/** Lays steps out in columns: each stands to the right of all it waits for. Steps come in a runnable order. */
export function layOutSteps<S extends Step>(steps: readonly S[]): StepLayout<S> {
  const layerOf = new Map<string, number>();
  const layers: S[][] = [];
  for (const step of steps) {
    const layer = step.after.reduce((most, id) => Math.max(most, (layerOf.get(id) ?? -1) + 1), 0);
    layerOf.set(step.id, layer);
    (layers[layer] ??= []).push(step);
  }
  const placed: PlacedStep<S>[] = [];
  const placeOf = new Map<string, number>();
  let column = 0;
  let rows = 0;
  for (const layer of layers) {
    for (const [place, step] of layer.entries()) {
      const x = (column + Math.floor(place / ROWS_MAX)) * COLUMN_PITCH;
      placeOf.set(step.id, placed.length);
      placed.push({ step, x, y: (place % ROWS_MAX) * ROW_PITCH });
    }
    column += Math.ceil(layer.length / ROWS_MAX);
    rows = Math.max(rows, Math.min(layer.length, ROWS_MAX));
  }
  return {
    placed,
    edges: edgesBetween(steps, placeOf),
    width: column * COLUMN_PITCH,
    height: rows * ROW_PITCH,
  };
}

function edgesBetween(
  steps: readonly Step[],
  placeOf: ReadonlyMap<string, number>,
): [number, number][] {
  const edges: [number, number][] = [];
  for (const step of steps) {
    const from = placeOf.get(step.id);
    for (const id of step.after) {
      const to = placeOf.get(id);
      if (from !== undefined && to !== undefined) edges.push([from, to]);
    }
  }
  return edges;
}
