import {
  type AttemptView,
  type TaskDetail,
  type TaskReason,
  type TaskView,
} from '@cairn/contracts';
import { AppError } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { AllocationReasons } from '../allocation/allocation-reasons.service.js';
import { BuildLogs } from '../logs/build-log.service.js';
import { type Standing } from '../planning/domain/standing.js';
import { reasonOf, type AllocationWord } from '../planning/domain/task-reason.js';
import { Planning, type Plan } from '../planning/planning.service.js';
import { AttemptStore, type Attempt } from '../tasks/attempt.store.js';
import { ChangeSetStore, type ChangeSet } from '../tasks/change-set.store.js';
import { type TaskId } from '../tasks/domain/task.js';
import { TaskStore, type Task } from '../tasks/task.store.js';

/** Tasks in the shape that people and programs outside see. */
@Injectable()
export class TaskViews {
  constructor(
    private readonly tasks: TaskStore,
    private readonly attempts: AttemptStore,
    private readonly changeSets: ChangeSetStore,
    private readonly planning: Planning,
    private readonly allocation: AllocationReasons,
    private readonly logs: BuildLogs,
  ) {}

  async viewsOf(tasks: readonly Task[], known?: Plan): Promise<TaskView[]> {
    const plan = known ?? (await this.planning.plan());
    const [words, attempts, changeSets] = await Promise.all([
      this.allocation.of(plan),
      this.attempts.ofTasks(tasks.map((task) => task.id)),
      this.changeSets.withIds([...new Set(tasks.map((task) => task.changeSetId))]),
    ]);
    return tasks.map((task) =>
      viewOf(task, {
        attempts: attempts.filter((attempt) => attempt.taskId === task.id),
        changeSet: changeSets.get(task.changeSetId) ?? null,
        standing: plan.standings.get(task.id) ?? null,
        allocation: words.get(task.id),
      }),
    );
  }

  async detail(taskId: number): Promise<TaskDetail> {
    const task = await this.tasks.find(taskId);
    if (task === null)
      throw new AppError('task.not-found', `There is no task ${taskId}.`, { taskId });
    const plan = await this.planning.plan();
    const { standings, tasks: open } = plan;
    const [view] = await this.viewsOf([task], plan);
    if (view === undefined)
      throw new AppError('task.not-found', `There is no task ${taskId}.`, { taskId });
    const attempts = await this.attempts.ofTask(taskId);
    return {
      ...view,
      attempts: await Promise.all(attempts.map((attempt) => this.attemptView(attempt))),
      dependencies: await this.linksOf(standings.get(task.id)?.waitsFor ?? []),
      dependants: open
        .filter(
          (each) =>
            standings.get(each.id)?.waitsFor.some((link) => link.taskId === task.id) ?? false,
        )
        .map((each) => ({ taskId: each.id, source: each.source, state: each.progress.state })),
    };
  }

  private async linksOf(
    links: readonly { readonly taskId: TaskId }[],
  ): Promise<TaskDetail['dependencies']> {
    const ids = [...new Set(links.map((link) => link.taskId))];
    const tasks = await Promise.all(ids.map((id) => this.tasks.find(id)));
    return tasks.flatMap((task) =>
      task === null ? [] : [{ taskId: task.id, source: task.source, state: task.progress.state }],
    );
  }

  private async attemptView(attempt: Attempt): Promise<AttemptView> {
    const { sizeBytes, isComplete } = await this.logs.progress(attempt.id);
    const {
      builderId: builder,
      collectables,
      leaseExpiresAt: _lease,
      logFinalBytes: _final,
      ...facts
    } = attempt;
    return {
      ...facts,
      builder,
      logSizeBytes: sizeBytes,
      logComplete: isComplete,
      collectables: [...collectables],
    };
  }
}

function viewOf(
  task: Task,
  facts: {
    readonly attempts: readonly Attempt[];
    readonly changeSet: ChangeSet | null;
    readonly standing: Standing | null;
    readonly allocation: AllocationWord | undefined;
  },
): TaskView {
  const { attempts, changeSet, standing, allocation } = facts;
  const counting =
    attempts.find((attempt) => attempt.id === task.progress.attemptId) ?? attempts.at(-1) ?? null;
  const reason: TaskReason = reasonOf({
    task,
    standing,
    allocation,
    failure: attempts.findLast((each) => each.failure !== null)?.failure ?? null,
  });
  return {
    id: task.id,
    changeSetId: task.changeSetId,
    project: task.project,
    profile: task.profile,
    repository: task.repository,
    source: task.source,
    version: task.version,
    sourceRelease: task.sourceRelease,
    architecture: task.architecture,
    commit: task.commit,
    description: task.description,
    state: task.progress.state,
    blocked: standing?.readiness === 'blocked',
    reason,
    createdAt: task.createdAt,
    dispatchedAt: counting?.dispatchedAt ?? null,
    builtAt: counting?.reportedAt ?? null,
    endedAt: task.endedAt,
    attemptCount: attempts.length,
    builder: counting?.builderId ?? null,
    publishedHistory:
      task.progress.state === 'completed' ? (changeSet?.publishedHistory ?? null) : null,
  };
}
