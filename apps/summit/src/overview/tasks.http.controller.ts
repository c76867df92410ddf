import {
  bumpTask,
  cancelTask,
  getOverview,
  getTask,
  holdTask,
  listTasks,
  releaseTask,
  retryTask,
} from '@cairn/contracts';
import { type AccessClaims } from '@cairn/identity';
import { Controller } from '@nestjs/common';
import { AuditStore } from '../accounts/audit.store.js';
import { Caller, Input, Route, type RouteInput } from '../http/route.decorator.js';
import { TaskCommands } from '../tasks/task-commands.service.js';
import { TaskStore } from '../tasks/task.store.js';
import { Overviews } from './overview.service.js';
import { TaskViews } from './task-views.service.js';

@Controller()
export class TasksHttpController {
  constructor(
    private readonly overviews: Overviews,
    private readonly tasks: TaskStore,
    private readonly views: TaskViews,
    private readonly commands: TaskCommands,
    private readonly audit: AuditStore,
  ) {}

  @Route(getOverview)
  overview() {
    return this.overviews.read();
  }

  @Route(listTasks)
  async list(@Input() input: RouteInput<typeof listTasks>) {
    return { tasks: await this.views.viewsOf(await this.tasks.list(input.query)) };
  }

  @Route(getTask)
  get(@Input() input: RouteInput<typeof getTask>) {
    return this.views.detail(input.params.taskId);
  }

  @Route(retryTask)
  async retry(@Input() input: RouteInput<typeof retryTask>, @Caller() caller: AccessClaims) {
    const { taskId } = input.params;
    await this.commands.retry(
      taskId,
      caller.name,
      this.audit.by(caller, 'task.retry', String(taskId)),
    );
    return this.views.detail(taskId);
  }

  @Route(bumpTask)
  async bump(@Input() input: RouteInput<typeof bumpTask>, @Caller() caller: AccessClaims) {
    const { taskId } = input.params;
    const { bump } = input.body;
    await this.commands.bump(
      taskId,
      { bump, account: caller.name },
      this.audit.by(caller, 'task.bump', String(taskId), { bump }),
    );
    return this.views.detail(taskId);
  }

  @Route(holdTask)
  hold(@Input() input: RouteInput<typeof holdTask>, @Caller() caller: AccessClaims) {
    return this.setHeld(input.params.taskId, caller, true);
  }

  @Route(releaseTask)
  release(@Input() input: RouteInput<typeof releaseTask>, @Caller() caller: AccessClaims) {
    return this.setHeld(input.params.taskId, caller, false);
  }

  @Route(cancelTask)
  async cancel(@Input() input: RouteInput<typeof cancelTask>, @Caller() caller: AccessClaims) {
    const { taskId } = input.params;
    await this.commands.cancel(
      taskId,
      caller.name,
      this.audit.by(caller, 'task.cancel', String(taskId)),
    );
    return this.views.detail(taskId);
  }

  private async setHeld(taskId: number, caller: AccessClaims, isHeld: boolean) {
    const action = isHeld ? 'task.hold' : 'task.release';
    const audit = this.audit.by(caller, action, String(taskId));
    await this.commands.hold(taskId, { isHeld, account: caller.name }, audit);
    return this.views.detail(taskId);
  }
}
