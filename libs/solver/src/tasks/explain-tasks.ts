import type { Instant } from '@cairn/std';
import type { Capability } from '../graph/capability.js';
import type { FeedbackEffort } from '../plan/feedback-search.js';
import { isOpen, type BootstrapHint, type TaskFacts, type TaskKey } from './task-facts.js';
import { sentenceOf, type PublishedUse, type TaskReason, type WaitLink } from './task-reason.js';
import { TaskWorld, type TaskWorldFacts } from './task-world.js';
import { waitsOf, type TaskWaits } from './wait-graph.js';

/** Everything that readiness is decided from. `tasks` holds the open ones, and the closed ones nothing newer replaced. */
export interface ExplainFacts<Id extends TaskKey> extends TaskWorldFacts<Id> {
  readonly now: Instant;
  readonly bootstrap?: readonly BootstrapHint[];
  /** How hard to look for the fewest cuts of a cycle; default `quick`. */
  readonly effort?: FeedbackEffort;
}

/** Where a task stands in the order of building. */
export type Readiness = 'ready' | 'waiting' | 'blocked' | 'in-progress';

/** Why an open task is or is not being built. */
export interface TaskExplanation<Id extends TaskKey> {
  readonly taskId: Id;
  readonly source: string;
  readonly readiness: Readiness;
  readonly reason: TaskReason<Id>;
  readonly sentence: string;
  /** 1 when it waits for nothing, else one more than the deepest it waits for; members of an uncuttable cycle have 0. */
  readonly depth: number;
  readonly waitsFor: readonly WaitLink<Id>[];
  /** Failed or cancelled tasks, direct or through others, that hold it back. */
  readonly blockedBy: readonly WaitLink<Id>[];
  /** Nobody provides these; told, but never held against the task, since the builder's own toolchain may. */
  readonly unresolved: readonly Capability[];
  readonly published: readonly PublishedUse[];
  /** Dependencies that a bootstrap hint leaves out of this first build. */
  readonly without: readonly PublishedUse[];
  /** Sources of which this build lacks the new version: once they are built it has to be built once more. */
  readonly rebuildAfter: readonly string[];
}

/**
 * Says for every open task, in the order given, whether it may be built now and why not. Blocking is derived from the tasks
 * each time; cycles never deadlock as long as a published version or a bootstrap hint can serve.
 */
export function explainTasks<Id extends TaskKey>(facts: ExplainFacts<Id>): TaskExplanation<Id>[] {
  const world = new TaskWorld(facts);
  const waits = waitsOf({
    tasks: facts.tasks,
    world,
    bootstrap: facts.bootstrap ?? [],
    effort: facts.effort ?? 'quick',
  });
  return explainWaits({
    tasks: facts.tasks,
    waits,
    now: facts.now,
    earlierBuildOf: (task) => earlierBuildOf(task, world),
  });
}

/** The open tasks' explanations, once it is known what each waits for. */
export function explainWaits<Id extends TaskKey>(facts: {
  readonly tasks: readonly TaskFacts<Id>[];
  /** Of every `new` task. */
  readonly waits: ReadonlyMap<Id, TaskWaits<Id>>;
  readonly now: Instant;
  readonly earlierBuildOf: (task: TaskFacts<Id>) => TaskFacts<Id> | undefined;
}): TaskExplanation<Id>[] {
  const { waits } = facts;
  const depths = depthsOf(waits);
  const scope: Scope<Id> = {
    ...facts,
    tasks: new Map(facts.tasks.map((task) => [task.taskId, task])),
    depths,
    deepest: deepestLinks(waits, depths),
    blockers: blockersOf(waits),
  };
  return facts.tasks.filter(isOpen).map((task) => explain(task, scope));
}

interface Scope<Id extends TaskKey> {
  readonly now: Instant;
  readonly earlierBuildOf: (task: TaskFacts<Id>) => TaskFacts<Id> | undefined;
  readonly waits: ReadonlyMap<Id, TaskWaits<Id>>;
  readonly tasks: ReadonlyMap<Id, TaskFacts<Id>>;
  readonly depths: ReadonlyMap<Id, number>;
  readonly deepest: ReadonlyMap<Id, WaitLink<Id>>;
  readonly blockers: ReadonlyMap<Id, Blockers<Id>>;
}

/** Failures that hold a task back, and the chain to the first of them. */
interface Blockers<Id extends TaskKey> {
  readonly links: readonly WaitLink<Id>[];
  readonly chain: readonly WaitLink<Id>[];
}

function explain<Id extends TaskKey>(task: TaskFacts<Id>, scope: Scope<Id>): TaskExplanation<Id> {
  const waits = scope.waits.get(task.taskId);
  const reason = reasonOf(task, waits, scope);
  return {
    taskId: task.taskId,
    source: task.source,
    readiness: readinessOf(reason),
    reason,
    sentence: sentenceOf(reason),
    depth: waits === undefined ? 1 : (scope.depths.get(task.taskId) ?? 0),
    waitsFor: waits?.waitsFor ?? [],
    blockedBy: scope.blockers.get(task.taskId)?.links ?? [],
    unresolved: waits?.unresolved ?? [],
    published: waits?.published ?? [],
    without: waits?.without ?? [],
    rebuildAfter: [
      ...new Set([...(waits?.published ?? []), ...(waits?.without ?? [])].map((use) => use.source)),
    ],
  };
}

function reasonOf<Id extends TaskKey>(
  task: TaskFacts<Id>,
  waits: TaskWaits<Id> | undefined,
  scope: Scope<Id>,
): TaskReason<Id> {
  if (task.status === 'building' || task.status === 'publishing' || task.status === 'staged') {
    return { code: task.status };
  }
  if (task.isPaused === true) return { code: 'paused' };
  if (task.isHeld === true) return { code: 'held' };
  const blockers = scope.blockers.get(task.taskId);
  if (blockers !== undefined) {
    const last = blockers.chain.at(-1);
    const isCancelled = last !== undefined && scope.tasks.get(last.taskId)?.status === 'cancelled';
    return {
      code: 'blocked-by-failure',
      chain: blockers.chain,
      outcome: isCancelled ? 'cancelled' : 'failed',
    };
  }
  const earlier = scope.earlierBuildOf(task);
  if (earlier !== undefined) return { code: 'waits-for-earlier-build', taskId: earlier.taskId };
  if (waits !== undefined && waits.seeds.length > 0) {
    return {
      code: 'cycle-seed-missing',
      members: stuckMembers(waits, scope.waits),
      seeds: waits.seeds,
    };
  }
  if (waits !== undefined && waits.waitsFor.length > 0) {
    return { code: 'waits-for-dependency', chain: waitChain(waits, scope) };
  }
  if (task.retryAt !== undefined && task.retryAt > scope.now)
    return { code: 'retry-at', at: task.retryAt };
  const spared = [...(waits?.published ?? []), ...(waits?.without ?? [])];
  return spared.length > 0 ? { code: 'cycle-stage', published: spared } : { code: 'ready' };
}

function readinessOf(reason: TaskReason<TaskKey>): Readiness {
  switch (reason.code) {
    case 'ready':
    case 'cycle-stage':
      return 'ready';
    case 'building':
    case 'publishing':
    case 'staged':
      return 'in-progress';
    case 'blocked-by-failure':
      return 'blocked';
    case 'waits-for-dependency':
    case 'waits-for-earlier-build':
    case 'cycle-seed-missing':
    case 'paused':
    case 'held':
    case 'retry-at':
      return 'waiting';
  }
}

/** Two builds of one source for one target never run side by side; the younger waits. */
function earlierBuildOf<Id extends TaskKey>(
  task: TaskFacts<Id>,
  world: TaskWorld<Id>,
): TaskFacts<Id> | undefined {
  return world
    .seenFrom(task)
    .ownTasksOf(task.source)
    .find(
      (other) =>
        other.taskId !== task.taskId &&
        (other.status === 'building' || other.status === 'publishing'),
    );
}

/** Follows the deepest dependency at each step, down to something that does not wait. */
function waitChain<Id extends TaskKey>(start: TaskWaits<Id>, scope: Scope<Id>): WaitLink<Id>[] {
  const chain: WaitLink<Id>[] = [];
  const seen = new Set<Id>([start.task.taskId]);
  let next = scope.deepest.get(start.task.taskId);
  while (next !== undefined && !seen.has(next.taskId)) {
    chain.push(next);
    seen.add(next.taskId);
    next = scope.deepest.get(next.taskId);
  }
  return chain;
}

/** For every waiting task the link to the deepest task it waits for; the first of equals. */
function deepestLinks<Id extends TaskKey>(
  waits: ReadonlyMap<Id, TaskWaits<Id>>,
  depths: ReadonlyMap<Id, number>,
): Map<Id, WaitLink<Id>> {
  const deepest = new Map<Id, WaitLink<Id>>();
  for (const [id, node] of waits) {
    let best: WaitLink<Id> | undefined;
    let bestDepth = -1;
    for (const link of node.waitsFor) {
      const depth = waits.has(link.taskId) ? (depths.get(link.taskId) ?? 0) : 0;
      if (depth > bestDepth) [best, bestDepth] = [link, depth];
    }
    if (best !== undefined) deepest.set(id, best);
  }
  return deepest;
}

function stuckMembers<Id extends TaskKey>(
  start: TaskWaits<Id>,
  waits: ReadonlyMap<Id, TaskWaits<Id>>,
): string[] {
  const seen = new Set<TaskWaits<Id>>([start]);
  for (const node of seen) {
    for (const link of node.waitsFor) {
      const next = waits.get(link.taskId);
      if (next !== undefined && next.seeds.length > 0) seen.add(next);
    }
  }
  return [...seen].map((node) => node.task.source).sort();
}

/** The layer of every task that does not hang on an uncuttable cycle. */
function depthsOf<Id extends TaskKey>(waits: ReadonlyMap<Id, TaskWaits<Id>>): Map<Id, number> {
  const depths = new Map<Id, number>();
  const left = new Map<Id, number>();
  const dependants = new Map<Id, Id[]>();
  for (const [id, node] of waits) {
    const open = new Set<Id>();
    for (const link of node.waitsFor) open.add(link.taskId);
    let inside = 0;
    for (const each of open) {
      if (!waits.has(each)) continue;
      inside += 1;
      const known = dependants.get(each);
      if (known === undefined) dependants.set(each, [id]);
      else known.push(id);
    }
    left.set(id, inside);
    depths.set(id, open.size > inside ? 2 : 1);
  }
  const order = [...left].filter(([, count]) => count === 0).map(([id]) => id);
  for (const id of order) {
    for (const dependant of dependants.get(id) ?? []) {
      depths.set(dependant, Math.max(depths.get(dependant) ?? 1, (depths.get(id) ?? 1) + 1));
      const count = (left.get(dependant) ?? 1) - 1;
      left.set(dependant, count);
      if (count === 0) order.push(dependant);
    }
  }
  for (const [id, count] of left) if (count > 0) depths.delete(id);
  return depths;
}

/** Spreads each failure to everything that waits for a task it blocks; the shortest chain is kept. */
function blockersOf<Id extends TaskKey>(
  waits: ReadonlyMap<Id, TaskWaits<Id>>,
): Map<Id, Blockers<Id>> {
  const dependants = new Map<Id, { readonly id: Id; readonly link: WaitLink<Id> }[]>();
  for (const [id, node] of waits) {
    for (const link of node.waitsFor) {
      const known = dependants.get(link.taskId);
      if (known === undefined) dependants.set(link.taskId, [{ id, link }]);
      else known.push({ id, link });
    }
  }
  const found = new Map<Id, { links: Map<Id, WaitLink<Id>>; chain: readonly WaitLink<Id>[] }>();
  const queue: Id[] = [];
  for (const [id, node] of waits) {
    const [first] = node.blockedBy;
    if (first === undefined) continue;
    found.set(id, {
      links: new Map(node.blockedBy.map((link) => [link.taskId, link])),
      chain: [first],
    });
    queue.push(id);
  }
  for (const id of queue) {
    const cause = found.get(id);
    for (const { id: dependant, link } of dependants.get(id) ?? []) {
      if (cause === undefined) continue;
      const known = found.get(dependant);
      const links = known?.links ?? new Map<Id, WaitLink<Id>>();
      const before = links.size;
      for (const [failedId, failure] of cause.links)
        if (!links.has(failedId)) links.set(failedId, failure);
      if (known === undefined) found.set(dependant, { links, chain: [link, ...cause.chain] });
      if (links.size > before) queue.push(dependant);
    }
  }
  return new Map(
    [...found].map(([id, { links, chain }]) => [id, { links: [...links.values()], chain }]),
  );
}
