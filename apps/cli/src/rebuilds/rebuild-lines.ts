import { type PlanView, type RebuildDetail, type RebuildView } from '@cairn/contracts';
import { durationText, relativeTime } from '../output/relative-time.js';
import { counted, printable } from '../stone/printable.js';

const NAMES_SHOWN_MAX = 12;
const STEPS_SHOWN_MAX = 20;

/** A rebuild in one or two lines: what it is, how far it is, and when it will be done. */
export function rebuildLines(rebuild: RebuildView, nowMs: number): string[] {
  const { steps, forecast } = rebuild;
  const what = rebuild.changed === null ? 'everything' : counted(rebuild.changed.length, 'source');
  const parts = (
    ['building', 'ready', 'waiting', 'blocked', 'failed', 'spared', 'cancelled'] as const
  )
    .filter((name) => steps[name] > 0)
    .map((name) => `${steps[name]} ${name}`);
  return [
    printable(
      `${rebuild.id}  ${rebuild.project}/${rebuild.profile}  ${rebuild.state}  of ${what}, round ${rebuild.round}${rebuild.byStage ? ', published by stage' : ''}, by ${rebuild.account} ${relativeTime(rebuild.createdAt, nowMs)}`,
    ),
    `  ${steps.built} of ${steps.total} built${parts.length === 0 ? '' : `; ${parts.join(', ')}`}`,
    ...(forecast === null
      ? []
      : [
          `  about ${durationText(forecast.remainingMs)} left (${durationText(forecast.remainingLowMs)} to ${durationText(forecast.remainingHighMs)}), ${forecast.builderHours.toFixed(1)} builder-hours`,
        ]),
    ...(rebuild.publishedHistory === null ? [] : [`  published as ${rebuild.publishedHistory}`]),
    ...(rebuild.refusal === null
      ? []
      : [printable(`  refused: ${rebuild.refusal.message} (${rebuild.refusal.code})`)]),
  ];
}

/** The same with the steps that are not built, those that hold up others first. */
export function detailLines({ rebuild, graph }: RebuildDetail, nowMs: number): string[] {
  const order = ['failed', 'building', 'ready', 'blocked', 'waiting', 'spared', 'cancelled'];
  const left = graph
    .filter((step) => step.standing !== 'built')
    .toSorted((one, other) => order.indexOf(one.standing) - order.indexOf(other.standing));
  return [
    ...rebuildLines(rebuild, nowMs),
    ...left
      .slice(0, STEPS_SHOWN_MAX)
      .map((step) =>
        printable(`  ${step.standing} ${step.id} (task ${step.taskId}): ${step.reason.sentence}`),
      ),
    ...(left.length > STEPS_SHOWN_MAX ? [`  and ${left.length - STEPS_SHOWN_MAX} more`] : []),
  ];
}

/** What a change would rebuild. */
export function previewLines(plan: PlanView): string[] {
  const { forecast } = plan;
  const again = plan.steps.filter((step) => step.stage > 0).map((step) => step.source);
  return [
    `${counted(plan.affected.length, 'source')} to build in ${counted(plan.steps.length, 'step')}; longest chain ${plan.criticalPath.length}`,
    `${forecast.builderHours.toFixed(1)} builder-hours, about ${durationText(forecast.remainingMs)} (${durationText(forecast.remainingLowMs)} to ${durationText(forecast.remainingHighMs)})`,
    ...plan.cycles.map((members) => `cycle of ${members.length}: ${namesText(members)}`),
    ...(again.length === 0 ? [] : [`built twice (${again.length}): ${namesText(again)}`]),
    ...plan.cuts.map((cut) =>
      printable(`  ${cut.source} uses the published ${cut.from} for ${cut.capability}`),
    ),
    `order: ${namesText(plan.steps.map((step) => step.source))}`,
  ];
}

function namesText(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN_MAX;
  return (
    printable(names.slice(0, NAMES_SHOWN_MAX).join(' ')) + (more > 0 ? ` and ${more} more` : '')
  );
}
