import { allocate } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { BuilderStore } from '../builders/builder.store.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { type BuildStage } from '../planning/domain/standing.js';
import { Planning } from '../planning/planning.service.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { TaskCommands } from '../tasks/task-commands.service.js';
import { Dispatch } from './dispatch.service.js';
import { allocationFacts, busySlotsOf } from './domain/allocation-facts.js';
import { PauseStore } from './pause.store.js';

const WHOLE: BuildStage = { rebuildAfter: [], without: [] };

/** Matches ready tasks with idle slots. Only the leader runs it; the transactions would hold against a second one all the same. */
@Injectable()
export class Allocation {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly planning: Planning,
    private readonly builders: BuilderStore,
    private readonly attempts: AttemptStore,
    private readonly commands: TaskCommands,
    private readonly dispatch: Dispatch,
    private readonly pause: PauseStore,
  ) {}

  /** Gives out what can be given out now. Returns how many builds were ordered. */
  async run(): Promise<number> {
    const [isPaused, builders, running] = await Promise.all([
      this.pause.isPaused(),
      this.builders.all(),
      this.attempts.running(),
    ]);
    if (isPaused) return 0;
    const busySlots = busySlotsOf(running);
    const now = this.clock.now();
    const { heartbeatMs } = this.config.attempts;
    const hasRoom = builders.some((builder) => (busySlots.get(builder.id) ?? 0) < builder.slots);
    if (!hasRoom) return 0;
    const plan = await this.planning.plan();
    const facts = allocationFacts({ plan, builders, busySlots, heartbeatMs, now });
    for (const [taskId, standing] of plan.standings) {
      if (standing.readiness === 'stranded') await this.commands.failStranded(taskId);
    }
    const tasks = new Map(plan.tasks.map((task) => [task.id, task]));
    let given = 0;
    for (const { taskId, builderId } of allocate(facts)) {
      const task = tasks.get(taskId);
      if (task === undefined) continue;
      const stage = plan.standings.get(taskId)?.stage ?? WHOLE;
      if (await this.dispatch.dispatch(task, { builderId, stage })) given += 1;
    }
    return given;
  }
}
