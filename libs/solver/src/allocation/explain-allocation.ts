import type { Instant } from '@cairn/std';
import type { TaskKey } from '../tasks/task-facts.js';
import type { AllocationFacts, Assignment } from './allocate.js';
import {
  sizeRank,
  unmetNeeds,
  type BuilderFacts,
  type NeedName,
  type SizeClass,
} from './builder-fit.js';
import type { ReadyTask } from './ready-task.js';
import { TaskOrder } from './task-order.js';

/** What keeps all builders from fitting: how many lack it, and how many would fit if it were not asked for. */
export interface MissingNeed {
  readonly need: NeedName;
  readonly lacking: number;
  readonly wouldFit: number;
}

/** Why a ready task has a builder or has none, as data. */
export type AllocationReason =
  | { readonly code: 'assigned'; readonly builderId: string }
  | { readonly code: 'no-builder-connected' }
  | {
      readonly code: 'no-fitting-builder';
      readonly connected: number;
      readonly missing: readonly MissingNeed[];
    }
  | {
      readonly code: 'fitting-builders-busy';
      readonly fitting: number;
      /** How many ready tasks are served before it. */
      readonly ahead: number;
      /** Null while no end of a running build is predicted. */
      readonly expectedStart: Instant | null;
    }
  | {
      readonly code: 'waits-for-larger-builder';
      readonly sizeClass: SizeClass;
      readonly fitting: number;
      readonly expectedStart: Instant | null;
    };

/** The reason of one ready task. */
export interface AllocationExplanation<Id extends TaskKey> {
  readonly taskId: Id;
  readonly reason: AllocationReason;
  readonly sentence: string;
}

/** What `allocate` was given, what it decided, and when busy slots are expected to be free. */
export interface ExplainAllocationFacts<Id extends TaskKey> extends AllocationFacts<Id> {
  readonly assignments: readonly Assignment<Id>[];
  readonly busySlots?: readonly { readonly builderId: string; readonly freeAt: Instant }[];
}

/** Says for every ready task, most urgent first, which builder it got or what it waits for. */
export function explainAllocation<Id extends TaskKey>(
  facts: ExplainAllocationFacts<Id>,
): AllocationExplanation<Id>[] {
  const placed = new Map(facts.assignments.map((each) => [each.taskId, each.builderId]));
  const forecast = new Forecast(facts);
  const order = new TaskOrder({
    readyTasks: facts.readyTasks,
    shares: facts.shares ?? [],
    now: facts.now,
  });
  const explanations: AllocationExplanation<Id>[] = [];
  let waiting = 0;
  for (let task = order.next(); task !== undefined; task = order.next()) {
    order.started(task.project);
    const builderId = placed.get(task.taskId);
    const reason: AllocationReason =
      builderId === undefined
        ? waitReason(task, { facts, ahead: waiting, expectedStart: forecast.startOf(task) })
        : { code: 'assigned', builderId };
    if (reason.code !== 'assigned') waiting += 1;
    explanations.push({ taskId: task.taskId, reason, sentence: allocationSentence(reason) });
  }
  return explanations;
}

function waitReason(
  task: ReadyTask,
  scope: {
    readonly facts: ExplainAllocationFacts<TaskKey>;
    readonly ahead: number;
    readonly expectedStart: Instant | null;
  },
): AllocationReason {
  const { builders } = scope.facts;
  if (builders.length === 0) return { code: 'no-builder-connected' };
  const fitting = builders.filter((builder) => unmetNeeds(task.needs, builder).length === 0);
  if (fitting.length === 0) {
    return {
      code: 'no-fitting-builder',
      connected: builders.length,
      missing: missingNeeds(task, builders),
    };
  }
  const taken = new Map<string, number>();
  for (const { builderId } of scope.facts.assignments)
    taken.set(builderId, (taken.get(builderId) ?? 0) + 1);
  const isIdle = (builder: BuilderFacts) =>
    scope.facts.idleSlots.filter((slot) => slot.builderId === builder.builderId).length >
    (taken.get(builder.builderId) ?? 0);
  if (fitting.some(isIdle)) {
    const enough = fitting.filter(
      (builder) => sizeRank(builder.sizeClass) >= acceptedRank(task, fitting),
    );
    return {
      code: 'waits-for-larger-builder',
      sizeClass: task.sizeClass,
      fitting: enough.length,
      expectedStart: scope.expectedStart,
    };
  }
  return {
    code: 'fitting-builders-busy',
    fitting: fitting.length,
    ahead: scope.ahead,
    expectedStart: scope.expectedStart,
  };
}

function acceptedRank(task: ReadyTask, fitting: readonly BuilderFacts[]): number {
  const largest = Math.max(...fitting.map((builder) => sizeRank(builder.sizeClass)));
  return Math.min(sizeRank(task.sizeClass), largest);
}

function missingNeeds(task: ReadyTask, builders: readonly BuilderFacts[]): MissingNeed[] {
  const unmet = builders.map((builder) => unmetNeeds(task.needs, builder));
  const names = new Set(unmet.flat());
  return [...names]
    .map((need) => ({
      need,
      lacking: unmet.filter((each) => each.includes(need)).length,
      wouldFit: unmet.filter((each) => each.length === 1 && each[0] === need).length,
    }))
    .sort(
      (left, right) =>
        right.wouldFit - left.wouldFit ||
        right.lacking - left.lacking ||
        (left.need < right.need ? -1 : 1),
    );
}

/** Lays the waiting tasks, in order, onto the slots as these become free. */
class Forecast {
  readonly #slots: { readonly builder: BuilderFacts; freeAt: number }[] = [];

  constructor(facts: ExplainAllocationFacts<TaskKey>) {
    const builders = new Map(facts.builders.map((builder) => [builder.builderId, builder]));
    const durations = new Map(facts.readyTasks.map((task) => [task.taskId, task.durationMs ?? 0]));
    for (const { builderId, freeAt } of facts.busySlots ?? [])
      this.#add(builders.get(builderId), freeAt);
    for (const each of facts.assignments) {
      this.#add(builders.get(each.builderId), facts.now + (durations.get(each.taskId) ?? 0));
    }
  }

  startOf(task: ReadyTask): Instant | null {
    const fitting = this.#slots.filter((slot) => unmetNeeds(task.needs, slot.builder).length === 0);
    if (fitting.length === 0) return null;
    const rank = acceptedRank(
      task,
      fitting.map((slot) => slot.builder),
    );
    const [first] = fitting
      .filter((slot) => sizeRank(slot.builder.sizeClass) >= rank)
      .sort((left, right) => left.freeAt - right.freeAt);
    if (first === undefined) return null;
    const start = first.freeAt;
    first.freeAt += task.durationMs ?? 0;
    return start as Instant;
  }

  #add(builder: BuilderFacts | undefined, freeAt: number): void {
    if (builder !== undefined) this.#slots.push({ builder, freeAt });
  }
}

const NEED_TEXT: Readonly<Record<NeedName, string>> = {
  architecture: 'its architecture',
  'isa-level': 'its ISA level',
  memory: 'enough memory',
  disk: 'enough disk',
  features: 'a feature it needs',
  unpaused: 'a builder that is not paused',
};

/** The reason in one sentence for people. */
export function allocationSentence(reason: AllocationReason): string {
  switch (reason.code) {
    case 'assigned':
      return `Given to builder ${reason.builderId}.`;
    case 'no-builder-connected':
      return 'No builder is connected.';
    case 'no-fitting-builder': {
      const [first] = reason.missing;
      const what = first === undefined ? 'what it needs' : NEED_TEXT[first.need];
      const would = first?.wouldFit ?? 0;
      return `None of ${reason.connected} connected builders fits: missing is ${what}; ${would} would fit without that.`;
    }
    case 'fitting-builders-busy':
      return `All ${reason.fitting} fitting builders are busy, ${reason.ahead} ready tasks go first${startText(reason.expectedStart)}.`;
    case 'waits-for-larger-builder':
      return `Waits for a ${reason.sizeClass} builder; the idle ones are smaller${startText(reason.expectedStart)}.`;
  }
}

function startText(expectedStart: Instant | null): string {
  return expectedStart === null ? '' : `; expected start ${new Date(expectedStart).toISOString()}`;
}
