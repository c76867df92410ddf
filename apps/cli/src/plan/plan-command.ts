import type { PlanRequest } from '@cairn/solver';
import { changedNames } from '../rebuilds/target.js';
import { fail, printJson, printLine } from '../stone/terminal.js';
import { readBootstrap } from './bootstrap-file.js';
import { readGraph, type GraphOptions } from './graph-file.js';
import { planOutcome } from './plan-document.js';
import { planErrorText, planText } from './plan-text.js';

/** Options of `cairn plan`. */
export interface PlanCommandOptions extends Omit<GraphOptions, 'graph'> {
  readonly graph?: string;
  /** Source names divided by commas. */
  readonly changed?: string;
  readonly empty?: boolean;
  readonly bootstrap?: string;
  readonly earliestStart?: boolean;
  readonly json?: boolean;
}

/** `cairn plan`: what is built in which order; exits with 1 when there is no plan. */
export async function planCommand(options: PlanCommandOptions & GraphOptions): Promise<void> {
  const graph = await readGraph(options);
  const outcome = planOutcome(graph, await requestOf(options));
  if (outcome.ok) {
    if (options.json === true) printJson(outcome.document);
    else for (const line of planText(outcome.document)) printLine(line);
    return;
  }
  const lines = planErrorText(outcome.error);
  if (options.json === true)
    printJson({ ...outcome.figures, error: { ...outcome.error, message: lines[0] } });
  fail((options.json === true ? lines.slice(0, 1) : lines).join('\n'));
}

async function requestOf(options: PlanCommandOptions): Promise<PlanRequest> {
  const changed = changedNames(options.changed);
  return {
    ...(changed === undefined ? {} : { changed }),
    ...(options.bootstrap === undefined
      ? {}
      : { bootstrap: await readBootstrap(options.bootstrap) }),
    published: options.empty === true ? 'none' : 'all',
    relief: options.earliestStart === true ? 'earliest-start' : 'fewest-cuts',
  };
}
