import { type BuildNeeds, type ProjectDocument } from '@cairn/contracts';
import {
  type AllocationFacts,
  type BuilderFacts,
  type BuilderNeeds,
  type IdleSlot,
  type ReadyTask,
} from '@cairn/solver';
import { after, GIB, HOUR_MS, type Instant } from '@cairn/std';
import { type Builder } from '../../builders/builder.store.js';
import { isSilent, type HeartbeatFacts } from '../../builders/domain/silence.js';
import { type Plan } from '../../planning/planning.service.js';
import { type Task } from '../../tasks/task.store.js';
import { sizesOfBuilders, UNLISTED_SIZE_CLASS } from '../../projects/domain/size-classes.js';
import { type TaskId } from '../../tasks/domain/task.js';

export interface AllocationInputs {
  readonly plan: Plan;
  readonly builders: readonly Builder[];
  /** As `busySlotsOf` counts them. */
  readonly busySlots: ReadonlyMap<string, number>;
  readonly heartbeatMs: number;
  readonly now: Instant;
}

/** Whether a builder can take orders now: enrolled, heard of lately, not refusing, not cooling down. */
export function isAvailable(builder: Builder, facts: HeartbeatFacts): boolean {
  return (
    builder.removedAt === null &&
    !isSilent(builder, facts) &&
    builder.refusing === null &&
    (builder.coolUntil === null || builder.coolUntil <= facts.now)
  );
}

/** Slots in use by builder id: each running attempt takes one. */
export function busySlotsOf(
  running: readonly { readonly builderId: string }[],
): ReadonlyMap<string, number> {
  const busy = new Map<string, number>();
  for (const { builderId } of running) busy.set(builderId, (busy.get(builderId) ?? 0) + 1);
  return busy;
}

/** What the solver allocates from. */
export function allocationFacts(inputs: AllocationInputs): AllocationFacts<TaskId> {
  const available = inputs.builders.filter((builder) => isAvailable(builder, inputs));
  const sizes = sizesOfBuilders(inputs.plan.documents.values());
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
    const document = plan.documents.get(task.project);
    if (task.progress.state !== 'new' || standing?.readiness !== 'ready') return [];
    if (task.progress.heldUntil !== null && task.progress.heldUntil > now) return [];
    return [
      {
        taskId: task.id,
        project: task.project,
        sizeClass: document?.sizes[task.source] ?? UNLISTED_SIZE_CLASS,
        needs: builderNeeds(task, document?.needs[task.source] ?? {}),
        tailMs: plan.tailsMs.get(task.id) ?? 0,
        durationMs: plan.durationsMs.get(task.id) ?? 0,
        bump: task.bump,
        readySince: task.createdAt as Instant,
        ...(document === undefined ? {} : overdueOf(task, document)),
      },
    ];
  });
}

function builderNeeds({ architecture }: Task, needs: BuildNeeds): BuilderNeeds {
  const { isaLevel, features, memoryGib, diskGib } = needs;
  return {
    architecture,
    isaLevel,
    features,
    memoryBytes: memoryGib === undefined ? undefined : memoryGib * GIB,
    diskBytes: diskGib === undefined ? undefined : diskGib * GIB,
  };
}

/** All of a rebuild is needed before any of it is published, so none of its tasks becomes more urgent with time. */
function overdueOf(
  { createdAt, rebuildId }: Task,
  { overdueHours }: ProjectDocument,
): Pick<ReadyTask, 'overdueAt'> {
  return rebuildId === null
    ? { overdueAt: after(createdAt as Instant, overdueHours * HOUR_MS) }
    : {};
}

function builderFacts(
  builder: Builder,
  sizes: ReadonlyMap<string, BuilderFacts['sizeClass']>,
): BuilderFacts {
  const { machine, machineState, slots } = builder;
  return {
    builderId: builder.id,
    sizeClass: sizes.get(builder.id) ?? UNLISTED_SIZE_CLASS,
    architectures: builder.architectures,
    features: builder.features,
    ...(machine === null
      ? {}
      : {
          features: [...builder.features, `executor-${machine.executor}`],
          isaLevel: Math.max(1, machine.isaLevel),
          memoryBytes: Math.floor(machine.memoryBytes / slots),
        }),
    ...(machineState === null ? {} : { diskBytes: Math.floor(machineState.diskFreeBytes / slots) }),
  };
}

function idleSlots(builder: Builder, busy: number): IdleSlot[] {
  const count = Math.max(0, builder.slots - busy);
  return Array.from({ length: count }, (_, slot) => ({ builderId: builder.id, slot }));
}

function sharesOf(plan: Plan) {
  return [...plan.documents.values()].map(({ project, weight }) => ({
    project,
    weight,
    runningBuilds: plan.tasks.filter(
      (task) => task.project === project && task.progress.state === 'building',
    ).length,
  }));
}
