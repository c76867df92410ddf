import { type ProjectDocument } from '@cairn/contracts';
import {
  type AllocationFacts,
  type BuilderFacts,
  type IdleSlot,
  type ReadyTask,
} from '@cairn/solver';
import { type Instant } from '@cairn/std';
import { type Builder } from '../../builders/builder.store.js';
import { type Plan } from '../../planning/planning.service.js';
import { type TaskId } from '../../tasks/domain/task.js';

/** A builder that has not been heard of for this many heartbeats gets no orders. */
const MISSED_HEARTBEATS_MAX = 3;

export interface AllocationInputs {
  readonly plan: Plan;
  readonly builders: readonly Builder[];
  /** Slots in use by builder id. */
  readonly busySlots: ReadonlyMap<string, number>;
  readonly heartbeatMs: number;
  readonly now: Instant;
}

/** Whether a builder can take orders now: enrolled, heard of lately, not refusing, not cooling down. */
export function isAvailable(
  builder: Builder,
  facts: Pick<AllocationInputs, 'heartbeatMs' | 'now'>,
): boolean {
  const silentSince = facts.now - MISSED_HEARTBEATS_MAX * facts.heartbeatMs;
  return (
    builder.removedAt === null &&
    builder.lastSeenAt !== null &&
    builder.lastSeenAt >= silentSince &&
    builder.refusing === null &&
    (builder.coolUntil === null || builder.coolUntil <= facts.now)
  );
}

/** What the solver allocates from. */
export function allocationFacts(inputs: AllocationInputs): AllocationFacts<TaskId> {
  const available = inputs.builders.filter((builder) => isAvailable(builder, inputs));
  const sizes = sizesOf(inputs.plan.documents);
  return {
    readyTasks: readyTasks(inputs),
    builders: available.map((builder) => builderFacts(builder, sizes)),
    idleSlots: available.flatMap((builder) =>
      idleSlots(builder, inputs.busySlots.get(builder.id) ?? 0),
    ),
    now: inputs.now,
    shares: sharesOf(inputs.plan),
  };
}

function readyTasks({ plan, now }: AllocationInputs): ReadyTask<TaskId>[] {
  return plan.tasks.flatMap((task): ReadyTask<TaskId>[] => {
    const standing = plan.standings.get(task.id);
    if (task.progress.state !== 'new' || standing?.readiness !== 'ready') return [];
    if (task.progress.heldUntil !== null && task.progress.heldUntil > now) return [];
    return [
      {
        taskId: task.id,
        project: task.project,
        sizeClass: plan.documents.get(task.project)?.sizes[task.source] ?? 'small',
        needs: { architecture: task.architecture },
        tailMs: plan.tailsMs.get(task.id) ?? 0,
        durationMs: plan.durationsMs.get(task.id) ?? 0,
        bump: task.bump,
        readySince: task.createdAt as Instant,
      },
    ];
  });
}

function builderFacts(
  builder: Builder,
  sizes: ReadonlyMap<string, BuilderFacts['sizeClass']>,
): BuilderFacts {
  const { machine, slots } = builder;
  return {
    builderId: builder.id,
    sizeClass: sizes.get(builder.id) ?? 'small',
    architectures: builder.architectures,
    features: builder.features,
    ...(machine === null
      ? {}
      : {
          isaLevel: Math.max(1, machine.isaLevel),
          memoryBytes: Math.floor(machine.memoryBytes / slots),
        }),
  };
}

function idleSlots(builder: Builder, busy: number): IdleSlot[] {
  const count = Math.max(0, builder.slots - busy);
  return Array.from({ length: count }, (_, slot) => ({ builderId: builder.id, slot }));
}

function sizesOf(
  documents: ReadonlyMap<string, ProjectDocument>,
): ReadonlyMap<string, BuilderFacts['sizeClass']> {
  return new Map(
    [...documents.values()].flatMap((document) => Object.entries(document.builders.sizes)),
  );
}

function sharesOf(plan: Plan) {
  return [...plan.documents.keys()].map((project) => ({
    project,
    runningBuilds: plan.tasks.filter(
      (task) => task.project === project && task.progress.state === 'building',
    ).length,
  }));
}
