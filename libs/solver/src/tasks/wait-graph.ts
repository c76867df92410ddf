import { canonicalCapability, type Capability } from '../graph/capability.js';
import { compareText } from '../graph/source-node.js';
import { cutCycles } from '../plan/cycle-cuts.js';
import type { FeedbackEffort } from '../plan/feedback-search.js';
import { compareTaskIds, type BootstrapHint, type TaskFacts, type TaskKey } from './task-facts.js';
import type { PublishedUse, WaitLink } from './task-reason.js';
import type { TaskWorld } from './task-world.js';

/** What stands in the way of one `new` task, before and after cycles are cut. */
export interface TaskWaits<Id extends TaskKey> {
  readonly task: TaskFacts<Id>;
  waitsFor: WaitLink<Id>[];
  readonly blockedBy: WaitLink<Id>[];
  readonly unresolved: Capability[];
  /** Dependencies that a cut takes from the published packages. */
  readonly published: PublishedUse[];
  /** Dependencies that a bootstrap hint leaves out of the first build. */
  readonly without: PublishedUse[];
  /** Filled when its cycle can neither use something published nor leave something out. */
  seeds: PublishedUse[];
}

interface WaitFacts<Id extends TaskKey> {
  readonly tasks: readonly TaskFacts<Id>[];
  readonly world: TaskWorld<Id>;
  readonly bootstrap: readonly BootstrapHint[];
  readonly effort: FeedbackEffort;
}

/** What every `new` task waits for. Cycles are cut where the published packages or a hint allow it. */
export function waitsOf<Id extends TaskKey>(facts: WaitFacts<Id>): Map<Id, TaskWaits<Id>> {
  const waits = facts.tasks
    .filter((task) => task.status === 'new')
    .map((task) => directWaits(task, facts.world))
    .sort((left, right) => byTarget(left.task, right.task));
  cutWaitCycles(waits, facts);
  return new Map(waits.map((each) => [each.task.taskId, each]));
}

function directWaits<Id extends TaskKey>(task: TaskFacts<Id>, world: TaskWorld<Id>): TaskWaits<Id> {
  const view = world.seenFrom(task);
  const waits: TaskWaits<Id> = {
    task,
    waitsFor: [],
    blockedBy: [],
    unresolved: [],
    published: [],
    without: [],
    seeds: [],
  };
  if (!view.graph.has(task.source)) return waits;
  waits.unresolved.push(...view.graph.unresolvedOf(task.source).map((each) => each.capability));
  for (const { capability, from } of view.graph.edgesOf(task.source)) {
    const open = from === task.source ? task : view.openTaskOf(from);
    if (open !== undefined) {
      if (!isVisibleTo(open, task))
        waits.waitsFor.push({ taskId: open.taskId, source: from, capability });
      continue;
    }
    const failure = view.failureOf(from);
    if (failure !== undefined)
      waits.blockedBy.push({ taskId: failure.taskId, source: from, capability });
    else if (!view.published.has(from)) waits.unresolved.push(capability);
  }
  return waits;
}

/** A staged result is there for its own change set only. */
function isVisibleTo(dependency: TaskFacts, task: TaskFacts): boolean {
  return (
    dependency.status === 'staged' &&
    dependency.changeSet !== undefined &&
    dependency.changeSet === task.changeSet
  );
}

/** How a wait could be spared. */
type Way = 'published' | 'without' | 'none';
type WayOf<Id extends TaskKey> = (task: TaskFacts<Id>, link: WaitLink<Id>) => Way;

function wayFinder<Id extends TaskKey>(facts: WaitFacts<Id>): WayOf<Id> {
  const hints = new Map(
    facts.bootstrap.map((hint) => [hint.source, new Set(hint.without.map(canonicalCapability))]),
  );
  const neededAnyway = new Map<Id, ReadonlySet<string>>();
  return (task, link) => {
    const { published, graph } = facts.world.seenFrom(task);
    if (published.get(link.source)?.provides(link.capability) === true) return 'published';
    const without = hints.get(task.source);
    const isFirstBuild = !published.has(task.source);
    if (without === undefined || !isFirstBuild || !graph.has(task.source)) return 'none';
    const needed =
      neededAnyway.get(task.taskId) ??
      new Set(graph.edgesOf(task.source, without).map((edge) => edge.from));
    neededAnyway.set(task.taskId, needed);
    return needed.has(link.source) ? 'none' : 'without';
  };
}

/** Finds cycles among the `new` tasks and turns some of their waits into use of the published version. */
function cutWaitCycles<Id extends TaskKey>(
  nodes: readonly TaskWaits<Id>[],
  facts: WaitFacts<Id>,
): void {
  const numberOf = new Map(nodes.map((node, number) => [node.task.taskId, number]));
  const wayOf = wayFinder(facts);
  const { cuts, stuck } = cutCycles(digraphOf(nodes, numberOf, wayOf), facts);
  for (const { from, to } of cuts) {
    const node = nodes[from];
    const other = nodes[to];
    if (node !== undefined && other !== undefined) spare(node, other.task.taskId, wayOf);
  }
  const isStuck = new Set(stuck);
  for (const number of stuck) {
    const node = nodes[number];
    if (node === undefined) continue;
    node.seeds = node.waitsFor
      .filter(
        (link) => isStuck.has(numberOf.get(link.taskId) ?? -1) && wayOf(node.task, link) === 'none',
      )
      .map(({ source, capability }) => ({ source, capability }));
  }
}

function digraphOf<Id extends TaskKey>(
  nodes: readonly TaskWaits<Id>[],
  numberOf: ReadonlyMap<Id, number>,
  wayOf: WayOf<Id>,
): { cuttable: number[][]; fixed: number[][] } {
  const cuttable: number[][] = [];
  const fixed: number[][] = [];
  for (const node of nodes) {
    const held = new Set<number>();
    const all = new Set<number>();
    for (const link of node.waitsFor) {
      const target = numberOf.get(link.taskId);
      if (target === undefined) continue;
      all.add(target);
      if (wayOf(node.task, link) === 'none') held.add(target);
    }
    fixed.push([...held]);
    cuttable.push([...all].filter((target) => !held.has(target)));
  }
  return { cuttable, fixed };
}

function spare<Id extends TaskKey>(node: TaskWaits<Id>, taskId: Id, wayOf: WayOf<Id>): void {
  for (const link of node.waitsFor) {
    if (link.taskId !== taskId) continue;
    const use = { source: link.source, capability: link.capability };
    if (wayOf(node.task, link) === 'published') node.published.push(use);
    else node.without.push(use);
  }
  node.waitsFor = node.waitsFor.filter((link) => link.taskId !== taskId);
}

/** An order that does not depend on when tasks were made, so that the same cycle is cut at the same place again. */
function byTarget(left: TaskFacts, right: TaskFacts): number {
  return (
    compareText(left.source, right.source) ||
    compareText(left.profile, right.profile) ||
    compareText(left.architecture, right.architecture) ||
    compareTaskIds(left.taskId, right.taskId)
  );
}
