import { sparedSteps, stepId } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { SummitDatabase, type Transaction } from '../persistence/summit-database.js';
import { RebuildStore, type Rebuild } from '../tasks/rebuild.store.js';
import { TaskLife } from '../tasks/task-life.service.js';
import { TaskStore, type Task } from '../tasks/task.store.js';

/** Tasks that one transaction spares. */
const TASKS_PER_TRANSACTION_MAX = 50;

/** Spares the steps of a rebuild that need not be built; each decision is an event. */
@Injectable()
export class EarlyCutOff {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly database: SummitDatabase,
    private readonly rebuilds: RebuildStore,
    private readonly tasks: TaskStore,
    private readonly life: TaskLife,
  ) {}

  async apply(rebuild: Rebuild): Promise<void> {
    const tasks = await this.tasks.ofRebuild(rebuild.id);
    const byStep = new Map(tasks.map((task) => [stepId(task.source, task.stage), task]));
    const stepsWhere = (isWanted: (task: Task) => boolean) =>
      new Set([...byStep].filter(([, task]) => isWanted(task)).map(([id]) => id));
    const waiting = stepsWhere(({ progress }) => progress.state === 'new');
    const settled = stepsWhere(
      ({ progress }) => progress.isStaged || progress.state === 'superseded',
    );
    if (waiting.size === 0 || settled.size === 0) return;
    const others = await this.exportingOther(rebuild, tasks);
    const spared = sparedSteps({
      steps: rebuild.steps,
      changed: new Set(rebuild.changed),
      settled,
      waiting,
      exportsOther: (source) => others.has(source),
    });
    const ids = spared.flatMap((id) => byStep.get(id)?.id ?? []);
    for (let from = 0; from < ids.length; from += TASKS_PER_TRANSACTION_MAX) {
      const some = ids.slice(from, from + TASKS_PER_TRANSACTION_MAX);
      await this.database.inTransaction((tx) => this.spare(tx, rebuild, some));
    }
  }

  /** Sources whose last build here exports something else than the one that is published, or of which that is not known. */
  private async exportingOther(
    rebuild: Rebuild,
    tasks: readonly Task[],
  ): Promise<ReadonlySet<string>> {
    const before = await this.tasks.exportedBefore(rebuild);
    const builds = await this.tasks.stagedOf(rebuild.id);
    const last = new Map<string, string>();
    for (const build of builds.toSorted((left, right) => left.stage - right.stage))
      last.set(build.source, build.exported);
    return new Set(
      tasks
        .map((task) => task.source)
        .filter((source) => last.has(source) && last.get(source) !== before.get(source)),
    );
  }

  private async spare(tx: Transaction, rebuild: Rebuild, ids: readonly number[]): Promise<void> {
    const now = await this.rebuilds.lock(tx, rebuild.id);
    if (now.state !== 'running') return;
    for (const id of ids) {
      const task = await this.tasks.lock(tx, id);
      if (task.progress.state !== 'new') continue;
      const sentence = `${task.source} ${task.version}-${task.sourceRelease} is not rebuilt: nothing that it depends on exports anything else.`;
      await this.life.apply(tx, task, { kind: 'spared' }, { now: this.clock.now(), sentence });
    }
  }
}
