import { explainSteps, stepId, type PlanStep } from '@cairn/solver';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../clock.js';
import { RebuildStore, type Rebuild } from '../tasks/rebuild.store.js';
import { type TaskId } from '../tasks/domain/task.js';
import { TaskStore, type Task } from '../tasks/task.store.js';
import { taskFacts, type ObservedSource } from './domain/planning-facts.js';
import { barredTasks } from './domain/rebuild-stages.js';
import { rebuildStandings } from './domain/rebuild-standings.js';
import { type Standing, type TaskLink } from './domain/standing.js';

/** Where the tasks of unfinished rebuilds stand. */
export interface RebuildStandings {
  readonly standings: ReadonlyMap<TaskId, Standing>;
  /** The step of an unfinished rebuild that a waiting task of a commit must let go first; null when there is none. */
  readonly stepOf: (task: Task) => TaskLink | null;
}

/** Derives where the tasks of rebuilds stand, from the plan that each of them carries out. */
@Injectable()
export class RebuildPlans {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly rebuilds: RebuildStore,
    private readonly tasks: TaskStore,
  ) {}

  async standings(
    missing: ReadonlyMap<TaskId, readonly string[]>,
    observed: readonly (ObservedSource & { readonly project: string })[],
  ): Promise<RebuildStandings> {
    const standings = new Map<TaskId, Standing>();
    const lastSteps = new Map<string, TaskLink>();
    for (const rebuild of await this.rebuilds.unfinished()) {
      const tasks = await this.tasks.ofRebuild(rebuild.id);
      const lacks = stillMissing(missing, providedBy(rebuild, tasks, observed));
      for (const [id, standing] of this.standingsOf(rebuild, tasks, lacks))
        standings.set(id, standing);
      for (const task of tasks)
        lastSteps.set(placeOf(task), { taskId: task.id, source: task.source });
    }
    return {
      standings,
      stepOf: (task) =>
        task.rebuildId === null && task.progress.state === 'new'
          ? (lastSteps.get(placeOf(task)) ?? null)
          : null,
    };
  }

  /** The standings of one rebuild's open tasks. */
  standingsOf(
    rebuild: Rebuild,
    tasks: readonly Task[],
    missing: ReadonlyMap<TaskId, readonly string[]> = new Map(),
  ): ReadonlyMap<TaskId, Standing> {
    const byStep = new Map(tasks.map((task) => [stepId(task.source, task.stage), task]));
    const isPaused = rebuild.state !== 'running';
    const steps = rebuild.steps.flatMap((step: PlanStep) => {
      const task = byStep.get(step.id);
      return task === undefined ? [] : [{ step, task: { ...taskFacts(task), isPaused } }];
    });
    return rebuildStandings(explainSteps({ steps, now: this.clock.now() }), {
      missing,
      barred: barredTasks(
        rebuild,
        tasks.map((task) => ({ ...task, state: task.progress.state })),
      ),
    });
  }
}

/** Everything that the builds of a rebuild turned out to provide so far. */
function providedBy(
  rebuild: Rebuild,
  tasks: readonly Task[],
  observed: readonly (ObservedSource & { readonly project: string })[],
): ReadonlySet<string> {
  const staged = new Set(tasks.flatMap((task) => (task.progress.isStaged ? [task.source] : [])));
  const packages = observed
    .filter(({ project, profile }) => project === rebuild.project && profile === rebuild.profile)
    .flatMap((each) => (staged.has(each.source) ? each.packages : []));
  return new Set(packages.flatMap((item) => [`name(${item.name})`, ...item.provides]));
}

function stillMissing(
  missing: ReadonlyMap<TaskId, readonly string[]>,
  provided: ReadonlySet<string>,
): ReadonlyMap<TaskId, readonly string[]> {
  const left = [...missing].map(
    ([id, lacks]) => [id, lacks.filter((capability) => !provided.has(capability))] as const,
  );
  return new Map(left.filter(([, lacks]) => lacks.length > 0));
}

function placeOf(task: Pick<Task, 'project' | 'profile' | 'source'>): string {
  return JSON.stringify([task.project, task.profile, task.source]);
}
