import type { PlanError } from '@cairn/solver';
import { counted, printable } from '../stone/printable.js';
import type { PlanDocument } from './plan-document.js';

const NAMES_SHOWN_MAX = 12;
const SEEDS_SHOWN_MAX = 40;

/** A plan for people: its figures, its cycles and what is built twice. */
export function planText(document: PlanDocument): string[] {
  const { sources, packages, edges, components, steps } = document;
  const affected = new Set(steps.map((step) => step.source)).size;
  const again = steps.filter((step) => step.stage > 0).map((step) => step.source);
  const cycles = components.filter((members) => members.length > 1);
  return [
    `${counted(sources, 'source')}, ${counted(packages, 'package')}, ${counted(edges, 'edge')}, ${document.unresolved.length} unresolved`,
    `${counted(affected, 'source')} to build in ${counted(steps.length, 'step')}; longest chain ${document.criticalPath.length}`,
    ...cycles.map((members) => `cycle of ${members.length}: ${namesText(members)}`),
    ...(again.length === 0 ? [] : [`built twice (${again.length}): ${namesText(again)}`]),
    ...document.cuts.map((cut) =>
      printable(`  ${cut.source} uses the published ${cut.from} for ${cut.capability}`),
    ),
  ];
}

/** Why there is no plan, for people. */
export function planErrorText(error: PlanError): string[] {
  switch (error.code) {
    case 'plan.unknown-source':
      return [`plan.unknown-source: not in the graph: ${namesText(error.sources)}`];
    case 'plan.seed-missing':
      return [
        `plan.seed-missing: ${counted(error.seeds.length, 'dependency').replace('dependencys', 'dependencies')} must come from elsewhere, or be left out by a bootstrap hint:`,
        ...error.seeds
          .slice(0, SEEDS_SHOWN_MAX)
          .map((seed) => printable(`  ${seed.source} needs ${seed.capability} of ${seed.from}`)),
        ...(error.seeds.length > SEEDS_SHOWN_MAX
          ? [`  and ${error.seeds.length - SEEDS_SHOWN_MAX} more`]
          : []),
      ];
  }
}

function namesText(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN_MAX;
  return (
    printable(names.slice(0, NAMES_SHOWN_MAX).join(' ')) + (more > 0 ? ` and ${more} more` : '')
  );
}
