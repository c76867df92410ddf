import { type RebuildStepView } from '@cairn/contracts';
import { STEP_HEIGHT, STEP_WIDTH, type PlacedStep, type StepLayout } from './step-layout.js';
import { type Viewport } from './viewport.js';

/** Names are drawn from this scale on; below they could not be read. */
const NAMES_FROM_SCALE = 0.45;
const FONT = '11px system-ui, sans-serif';

/** Colours of the theme that the page shows. */
export interface GraphColours {
  readonly standing: Readonly<Record<RebuildStepView['standing'], string>>;
  readonly edge: string;
  readonly chosenEdge: string;
  readonly text: string;
}

/** Draws what is seen: the chosen step's edges alone when there is one, else all of them, faintly. */
export function drawSteps(
  context: CanvasRenderingContext2D,
  facts: {
    readonly layout: StepLayout<RebuildStepView>;
    readonly view: Viewport;
    readonly chosenId: string | null;
    readonly colours: GraphColours;
    readonly width: number;
    readonly height: number;
  },
): void {
  const { layout, view, chosenId, colours, width, height } = facts;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(view.scale, 0, 0, view.scale, view.offsetX, view.offsetY);
  const chosen = layout.placed.findIndex(({ step }) => step.id === chosenId);
  drawEdges(context, layout, { chosen, colours, scale: view.scale });
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const each of layout.placed) {
    const left = each.x * view.scale + view.offsetX;
    const top = each.y * view.scale + view.offsetY;
    const isSeen =
      left < width && top < height && left + STEP_WIDTH * view.scale > 0 && top + STEP_HEIGHT > 0;
    if (isSeen) drawStep(context, each, { colours, chosenId, scale: view.scale });
  }
}

function drawStep(
  context: CanvasRenderingContext2D,
  { step, x, y }: PlacedStep<RebuildStepView>,
  facts: { readonly colours: GraphColours; readonly chosenId: string | null; scale: number },
): void {
  context.fillStyle = facts.colours.standing[step.standing];
  context.fillRect(x, y, STEP_WIDTH, STEP_HEIGHT);
  if (step.id === facts.chosenId) {
    context.strokeStyle = facts.colours.chosenEdge;
    context.lineWidth = 2 / facts.scale;
    context.strokeRect(x, y, STEP_WIDTH, STEP_HEIGHT);
  }
  if (facts.scale < NAMES_FROM_SCALE) return;
  context.fillStyle = facts.colours.text;
  const name = step.stage === 0 ? step.source : `${step.source} · ${step.stage + 1}`;
  context.fillText(name, x + 4, y + STEP_HEIGHT / 2, STEP_WIDTH - 8);
}

function drawEdges(
  context: CanvasRenderingContext2D,
  layout: StepLayout<RebuildStepView>,
  facts: { readonly chosen: number; readonly colours: GraphColours; readonly scale: number },
): void {
  context.beginPath();
  for (const [from, to] of layout.edges) {
    if (facts.chosen !== -1 && from !== facts.chosen && to !== facts.chosen) continue;
    const [waiting, before] = [layout.placed[from], layout.placed[to]];
    if (waiting === undefined || before === undefined) continue;
    context.moveTo(before.x + STEP_WIDTH, before.y + STEP_HEIGHT / 2);
    context.lineTo(waiting.x, waiting.y + STEP_HEIGHT / 2);
  }
  context.strokeStyle = facts.chosen === -1 ? facts.colours.edge : facts.colours.chosenEdge;
  context.lineWidth = (facts.chosen === -1 ? 0.4 : 1) / facts.scale;
  context.stroke();
}
