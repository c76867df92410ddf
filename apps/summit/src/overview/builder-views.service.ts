import { type BuilderView } from '@cairn/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { BuilderStore, type Builder } from '../builders/builder.store.js';
import { isSilent } from '../builders/domain/silence.js';
import { CLOCK, type Clock } from '../clock.js';
import { CONFIG, type SummitConfig } from '../config.js';
import { sizesOfBuilders, UNLISTED_SIZE_CLASS } from '../projects/domain/size-classes.js';
import { ProjectStore } from '../projects/project.store.js';
import { AttemptStore } from '../tasks/attempt.store.js';
import { TaskStore } from '../tasks/task.store.js';

/** Builders in the shape that people see. */
@Injectable()
export class BuilderViews {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<SummitConfig, 'attempts'>,
    private readonly builders: BuilderStore,
    private readonly attempts: AttemptStore,
    private readonly tasks: TaskStore,
    private readonly projects: ProjectStore,
  ) {}

  async all(): Promise<BuilderView[]> {
    const [builders, running, documents] = await Promise.all([
      this.builders.all(),
      this.attempts.running(),
      this.projects.documents(),
    ]);
    const sizes = sizesOfBuilders(documents);
    const sources = await this.tasks.sourcesOf(running.map(({ taskId }) => taskId));
    const byBuilder = Map.groupBy(running, ({ builderId }) => builderId);
    return builders.map((builder) => {
      const attempts = (byBuilder.get(builder.id) ?? []).map(({ id, taskId, step }) => ({
        attemptId: id,
        taskId,
        source: sources.get(taskId) ?? '',
        step,
      }));
      return {
        id: builder.id,
        state: this.stateOf(builder, attempts.length),
        refusing: builder.refusing,
        size: sizes.get(builder.id) ?? UNLISTED_SIZE_CLASS,
        slots: builder.slots,
        version: builder.version,
        features: [...builder.features],
        lastSeenAt: builder.lastSeenAt,
        enrolledAt: builder.enrolledAt ?? builder.invitedAt,
        machine: builder.machine,
        machineState: builder.machineState,
        attempts,
      };
    });
  }

  private stateOf(builder: Builder, running: number): BuilderView['state'] {
    if (builder.removedAt !== null) return 'removed';
    const { heartbeatMs } = this.config.attempts;
    if (isSilent(builder, { heartbeatMs, now: this.clock.now() })) return 'offline';
    if (running > 0) return 'building';
    return builder.refusing === null ? 'idle' : 'refusing';
  }
}
