import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import {
  DecisionRecorder,
  logNormalDurationsMs,
  makeShortPlan,
  simulate,
  type AllocationWitness,
  type DecisionLogEntry,
  type DependencyGraph,
  type PlanStep,
  type SimulationFacts,
} from '@cairn/solver';
import { printJson, printLine } from '../stone/terminal.js';
import { medianOf, readDurations } from './durations-file.js';
import { readGraph, type GraphOptions } from './graph-file.js';
import { InputError } from './input-file.js';
import { planErrorText } from './plan-text.js';

/** Options of `cairn simulate`; numbers are parsed by the caller. */
export interface SimulateCommandOptions extends GraphOptions {
  readonly builders: number;
  readonly seed: number;
  readonly durations?: string;
  readonly sigma: number;
  readonly noise: number;
  readonly failures: number;
  /** Mean times that a builder stays and is away, in the unit of the durations. */
  readonly present?: number;
  readonly absent?: number;
  readonly policy: 'longest-path' | 'first-come';
  readonly record?: string;
  readonly json?: boolean;
}

/** `cairn simulate`: rebuilds the whole graph on simulated builders. Times are in the unit of the durations; made-up ones are in ms. */
export async function simulateCommand(options: SimulateCommandOptions): Promise<void> {
  const graph = await readGraph(options);
  const durations = await durationsFor(graph, options);
  const standIn = medianOf(durations);
  const durationMsOf = (source: string) => durations.get(source) ?? standIn;
  const steps = planFor(graph, { durationMsOf, builderCount: options.builders });
  const entries: DecisionLogEntry[] = [];
  const result = simulate(simulationOf(options, { steps, durationMsOf, entries }));
  if (options.record !== undefined) await writeEntries(options.record, entries);
  const document = {
    builders: options.builders,
    seed: options.seed,
    policy: options.policy,
    sources: graph.sourceNames().length,
    steps: steps.length,
    makespan: result.makespanMs,
    lowerBound: result.lowerBoundMs,
    ratio: result.lowerBoundMs === 0 ? 1 : result.makespanMs / result.lowerBoundMs,
    planBound: result.planBoundMs,
    criticalPath: result.criticalPathMs,
    work: result.workMs,
    utilisation: result.utilisation,
    builds: result.builds,
    failures: result.failures,
    losses: result.losses,
    decisionHash: result.decisionHash,
  };
  if (options.json === true) printJson(document);
  else for (const [name, value] of Object.entries(document)) printLine(`${name}: ${value}`);
}

async function durationsFor(
  graph: DependencyGraph,
  options: SimulateCommandOptions,
): Promise<ReadonlyMap<string, number>> {
  if (options.durations !== undefined) return readDurations(options.durations);
  return logNormalDurationsMs(graph.sourceNames(), { sigma: options.sigma, seed: options.seed });
}

function planFor(
  graph: DependencyGraph,
  workload: Pick<SimulationFacts, 'durationMsOf' | 'builderCount'>,
): readonly PlanStep[] {
  const plan = makeShortPlan(graph, {}, workload);
  if (!plan.ok) throw new InputError(plan.error.code, planErrorText(plan.error).join('\n'));
  return plan.value.steps;
}

function simulationOf(
  options: SimulateCommandOptions,
  facts: Pick<SimulationFacts, 'steps' | 'durationMsOf'> & { readonly entries: DecisionLogEntry[] },
): SimulationFacts {
  const recorder = new DecisionRecorder();
  const onAllocation: AllocationWitness = (allocation, assignments) => {
    for (const entry of recorder.allocation(allocation, assignments)) facts.entries.push(entry);
  };
  const isGoing = options.present !== undefined && options.absent !== undefined;
  return {
    steps: facts.steps,
    durationMsOf: facts.durationMsOf,
    builderCount: options.builders,
    seed: options.seed,
    policy: options.policy,
    noiseFactor: options.noise,
    failureShare: options.failures,
    ...(isGoing
      ? { comingAndGoing: { meanPresentMs: options.present, meanAbsentMs: options.absent } }
      : {}),
    ...(options.record === undefined ? {} : { onAllocation }),
  };
}

async function writeEntries(path: string, entries: readonly DecisionLogEntry[]): Promise<void> {
  const file = createWriteStream(path, { flags: 'w' });
  try {
    await once(file, 'open');
    for (const entry of entries) {
      if (!file.write(`${JSON.stringify(entry)}\n`)) await once(file, 'drain');
    }
    file.end();
    await once(file, 'finish');
  } catch (error) {
    throw new InputError(
      'plan.unwritable-log',
      `${path}: ${error instanceof Error ? error.message : 'cannot be written'}`,
    );
  }
}
