import { allocate, explainAllocation } from '@cairn/solver';
import { after, type Instant } from '@cairn/std';
import { Inject, Injectable } from '@nestjs/common';
import { BuilderStore } from '../builders/builder.store.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { type AllocationWord } from '../planning/domain/task-reason.js';
import { type Plan } from '../planning/planning.service.js';
import { AttemptStore, type Attempt } from '../tasks/attempt.store.js';
import { type TaskId } from '../tasks/domain/task.js';
import { allocationFacts, busySlotsOf } from './domain/allocation-facts.js';
import { PauseStore } from './pause.store.js';

/** Says of every ready task why no builder has it yet. Decides like allocation and gives nothing out. */
@Injectable()
export class AllocationReasons {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly builders: BuilderStore,
    private readonly attempts: AttemptStore,
    private readonly pause: PauseStore,
  ) {}

  async of(plan: Plan): Promise<ReadonlyMap<TaskId, AllocationWord>> {
    const [isPaused, builders, running] = await Promise.all([
      this.pause.isPaused(),
      this.builders.all(),
      this.attempts.running(),
    ]);
    const now = this.clock.now();
    const busySlots = busySlotsOf(running);
    const { heartbeatMs } = this.config.attempts;
    const facts = allocationFacts({ plan, builders, busySlots, heartbeatMs, now });
    if (isPaused) {
      const word = { code: 'paused', sentence: 'Ready, but the giving out of builds is paused.' };
      return new Map(facts.readyTasks.map(({ taskId }) => [taskId, word]));
    }
    const explained = explainAllocation({
      ...facts,
      assignments: allocate(facts),
      busySlots: running.map((attempt) => ({
        builderId: attempt.builderId,
        freeAt: freeAt(attempt, plan, now),
      })),
    });
    return new Map(
      explained.flatMap(({ taskId, reason, sentence }) =>
        reason.code === 'assigned' ? [] : [[taskId, { code: reason.code, sentence }] as const],
      ),
    );
  }
}

/** When a running build will probably be done; what takes longer than expected may end at any time. */
function freeAt(attempt: Attempt, plan: Plan, now: Instant): Instant {
  const takenMs = now - (attempt.startedAt ?? attempt.dispatchedAt);
  const expectedMs = plan.durationsMs.get(attempt.taskId) ?? 0;
  return after(now, Math.max(0, expectedMs - takenMs));
}
