import {
  cancelRebuild,
  getRebuild,
  listRebuilds,
  pauseRebuild,
  previewPlan,
  resumeRebuild,
  startRebuild,
} from '@cairn/contracts';
import { type AccessClaims } from '@cairn/identity';
import { Controller } from '@nestjs/common';
import { AuditStore } from '../accounts/audit.store.js';
import { Caller, Input, Route, type RouteInput } from '../http/route.decorator.js';
import { type RebuildState } from '../tasks/rebuild.store.js';
import { PlanPreviews } from './plan-previews.service.js';
import { RebuildCommands } from './rebuild-commands.service.js';
import { RebuildViews } from './rebuild-views.service.js';
import { StartRebuild } from './start-rebuild.service.js';

@Controller()
export class RebuildsHttpController {
  constructor(
    private readonly previews: PlanPreviews,
    private readonly starting: StartRebuild,
    private readonly commands: RebuildCommands,
    private readonly views: RebuildViews,
    private readonly audit: AuditStore,
  ) {}

  @Route(previewPlan)
  preview(@Input() { body }: RouteInput<typeof previewPlan>) {
    return this.previews.preview(body);
  }

  @Route(startRebuild)
  async start(@Input() { body }: RouteInput<typeof startRebuild>, @Caller() caller: AccessClaims) {
    const subject = `${body.project}/${body.profile}`;
    const id = await this.starting.start(
      { ...body, account: caller.name },
      this.audit.by(caller, 'rebuild.start', subject, { changed: body.changed?.length ?? null }),
    );
    return this.views.view(id);
  }

  @Route(listRebuilds)
  async list() {
    return { rebuilds: await this.views.latest() };
  }

  @Route(getRebuild)
  get(@Input() { params }: RouteInput<typeof getRebuild>) {
    return this.views.detail(params.rebuildId);
  }

  @Route(pauseRebuild)
  pause(@Input() input: RouteInput<typeof pauseRebuild>, @Caller() caller: AccessClaims) {
    return this.change(input.params.rebuildId, 'paused', caller);
  }

  @Route(resumeRebuild)
  resume(@Input() input: RouteInput<typeof resumeRebuild>, @Caller() caller: AccessClaims) {
    return this.change(input.params.rebuildId, 'running', caller);
  }

  @Route(cancelRebuild)
  cancel(@Input() input: RouteInput<typeof cancelRebuild>, @Caller() caller: AccessClaims) {
    return this.change(input.params.rebuildId, 'cancelled', caller);
  }

  private async change(id: string, state: RebuildState, caller: AccessClaims) {
    await this.commands.setState(
      id,
      state,
      caller.name,
      this.audit.by(caller, `rebuild.${state}`, id),
    );
    return this.views.view(id);
  }
}
