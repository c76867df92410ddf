import type { Instant } from '@cairn/std';
import { compareText } from '../graph/source-node.js';
import type { TaskKey } from '../tasks/task-facts.js';
import {
  needsKey,
  sizeRank,
  unmetNeeds,
  type BuilderFacts,
  type BuilderNeeds,
  type SizeClass,
} from './builder-fit.js';
import type { ProjectShare, ReadyTask } from './ready-task.js';
import { TaskOrder } from './task-order.js';

/** A free slot of a connected builder. */
export interface IdleSlot {
  readonly builderId: string;
  readonly slot: number;
}

/** Everything that allocation is decided from; the order of the lists does not matter. */
export interface AllocationFacts<Id extends TaskKey = TaskKey> {
  readonly readyTasks: readonly ReadyTask<Id>[];
  readonly idleSlots: readonly IdleSlot[];
  /** All connected builders, busy ones too: a task may have to wait for one of them. */
  readonly builders: readonly BuilderFacts[];
  readonly now: Instant;
  readonly shares?: readonly ProjectShare[];
}

/** A task gets a slot. */
export interface Assignment<Id extends TaskKey = TaskKey> {
  readonly taskId: Id;
  readonly builderId: string;
  readonly slot: number;
}

/**
 * Gives ready tasks to idle slots, most urgent first, each to the smallest builder that fits. A task goes to a smaller builder than its
 * size class only while no connected fitting builder is large enough, and then only to the largest there is; else it waits.
 */
export function allocate<Id extends TaskKey>(facts: AllocationFacts<Id>): Assignment<Id>[] {
  const fleet = new Fleet(facts);
  const order = new TaskOrder({
    readyTasks: facts.readyTasks,
    shares: facts.shares ?? [],
    now: facts.now,
  });
  const assignments: Assignment<Id>[] = [];
  while (fleet.idleCount > 0) {
    const task = order.next();
    if (task === undefined) break;
    const place = fleet.take(task);
    if (place === undefined) continue;
    order.started(task.project);
    assignments.push({ taskId: task.taskId, ...place });
  }
  return assignments;
}

interface FleetMember {
  readonly facts: BuilderFacts;
  readonly sizeRank: number;
  /** Free slot numbers, highest first, so that the lowest is taken from the end. */
  readonly slots: number[];
}

/** The connected builders with their free slots while they are being handed out. */
class Fleet {
  idleCount = 0;
  readonly #members: readonly FleetMember[];
  readonly #fitting = new Map<string, FittingMembers>();

  constructor(facts: {
    readonly builders: readonly BuilderFacts[];
    readonly idleSlots: readonly IdleSlot[];
  }) {
    const slots = new Map<string, number[]>();
    for (const { builderId, slot } of facts.idleSlots)
      slots.set(builderId, [...(slots.get(builderId) ?? []), slot]);
    this.#members = facts.builders.map((builder) => ({
      facts: builder,
      sizeRank: sizeRank(builder.sizeClass),
      slots: (slots.get(builder.builderId) ?? []).sort((left, right) => right - left),
    }));
    for (const member of this.#members) this.idleCount += member.slots.length;
  }

  take(task: {
    readonly needs: BuilderNeeds;
    readonly sizeClass: SizeClass;
  }): Omit<Assignment, 'taskId'> | undefined {
    const member = this.#choose(this.#fittingFor(task.needs), sizeRank(task.sizeClass));
    const slot = member?.slots.pop();
    if (member === undefined || slot === undefined) return undefined;
    this.idleCount -= 1;
    return { builderId: member.facts.builderId, slot };
  }

  #choose(fitting: FittingMembers, wantedRank: number): FleetMember | undefined {
    const isLargeEnoughConnected = fitting.largestRank >= wantedRank;
    const acceptedRank = isLargeEnoughConnected ? wantedRank : fitting.largestRank;
    let best: FleetMember | undefined;
    for (const member of fitting.members) {
      if (member.slots.length === 0 || member.sizeRank < acceptedRank) continue;
      if (best === undefined || compareMembers(member, best) < 0) best = member;
    }
    return best;
  }

  #fittingFor(needs: BuilderNeeds): FittingMembers {
    const key = needsKey(needs);
    const known = this.#fitting.get(key);
    if (known !== undefined) return known;
    const members = this.#members.filter((member) => unmetNeeds(needs, member.facts).length === 0);
    const largestRank = members.reduce((largest, member) => Math.max(largest, member.sizeRank), -1);
    this.#fitting.set(key, { members, largestRank });
    return { members, largestRank };
  }
}

/** Builders, busy ones too, that meet some needs. */
interface FittingMembers {
  readonly members: readonly FleetMember[];
  /** Largest size class among them, -1 for none. */
  readonly largestRank: number;
}

/** Smallest first, then the least capable, the operator's preference, the emptiest, the name. */
function compareMembers(left: FleetMember, right: FleetMember): number {
  return (
    left.sizeRank - right.sizeRank ||
    (left.facts.isaLevel ?? 1) - (right.facts.isaLevel ?? 1) ||
    (left.facts.preference ?? 0) - (right.facts.preference ?? 0) ||
    right.slots.length - left.slots.length ||
    compareText(left.facts.builderId, right.facts.builderId)
  );
}
