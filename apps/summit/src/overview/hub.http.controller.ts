import {
  applyProject,
  changeChannels,
  channelChange,
  enrolBuilder,
  inviteBuilder,
  listBuilders,
  listProjects,
  listRepositories,
  pauseAllocation,
  planProject,
  poolPrune,
  prunePool,
  refreshRepository,
  removeBuilder,
  resumeAllocation,
} from '@cairn/contracts';
import { type AccessClaims } from '@cairn/identity';
import { Controller, Inject } from '@nestjs/common';
import { AuditStore } from '../accounts/audit.store.js';
import { AllocationCommands } from '../allocation/allocation-commands.service.js';
import { Enrolment } from '../builders/enrolment.service.js';
import { Caller, Input, Route, type RouteInput } from '../http/route.decorator.js';
import { ProjectDocuments } from '../projects/project-documents.service.js';
import { ProjectStore } from '../projects/project.store.js';
import { VESSEL, type VesselGateway } from '../published/vessel.gateway.js';
import { RecipeStore } from '../repositories/recipe.store.js';
import { RefreshWishes } from '../repositories/refresh-wishes.service.js';
import { BuilderViews } from './builder-views.service.js';

@Controller()
export class HubHttpController {
  constructor(
    @Inject(VESSEL) private readonly vessel: VesselGateway,
    private readonly audit: AuditStore,
    private readonly allocation: AllocationCommands,
    private readonly enrolment: Enrolment,
    private readonly builderViews: BuilderViews,
    private readonly documents: ProjectDocuments,
    private readonly projects: ProjectStore,
    private readonly recipes: RecipeStore,
    private readonly refreshes: RefreshWishes,
  ) {}

  @Route(listBuilders)
  async builders() {
    return { builders: await this.builderViews.all() };
  }

  @Route(inviteBuilder)
  invite(@Input() { body }: RouteInput<typeof inviteBuilder>, @Caller() caller: AccessClaims) {
    return this.enrolment.invite(
      body.builderId,
      this.audit.by(caller, 'builder.invite', body.builderId),
    );
  }

  @Route(enrolBuilder)
  enrol(@Input() { body }: RouteInput<typeof enrolBuilder>) {
    return this.enrolment.enrol(body);
  }

  @Route(removeBuilder)
  async remove(
    @Input() { params }: RouteInput<typeof removeBuilder>,
    @Caller() caller: AccessClaims,
  ) {
    await this.enrolment.remove(
      params.builderId,
      this.audit.by(caller, 'builder.remove', params.builderId),
    );
    return {};
  }

  @Route(listRepositories)
  async repositories() {
    return { repositories: await this.recipes.views() };
  }

  @Route(refreshRepository)
  async refresh(
    @Input() { params }: RouteInput<typeof refreshRepository>,
    @Caller() caller: AccessClaims,
  ) {
    const { project, repository } = params;
    await this.refreshes.wish(project, repository);
    await this.audit.recordNow(caller, 'repository.refresh', `${project}/${repository}`);
    return { queued: true };
  }

  @Route(planProject)
  plan(@Input() { body }: RouteInput<typeof planProject>) {
    return this.documents.plan(body.document);
  }

  @Route(applyProject)
  apply(@Input() { body }: RouteInput<typeof applyProject>, @Caller() caller: AccessClaims) {
    return this.documents.apply(body.document, caller.name, (tx, plan) =>
      this.audit.by(caller, 'project.apply', plan.project, { changes: plan.changes.length })(tx),
    );
  }

  @Route(listProjects)
  async listProjects() {
    const documents = await this.projects.documents();
    return {
      projects: documents.map(({ project: name, summary, profiles }) => ({
        name,
        summary,
        profiles,
      })),
    };
  }

  @Route(pauseAllocation)
  pause(@Caller() caller: AccessClaims) {
    return this.allocation.setPaused(
      true,
      caller.name,
      this.audit.by(caller, 'allocation.pause', 'allocation'),
    );
  }

  @Route(resumeAllocation)
  resume(@Caller() caller: AccessClaims) {
    return this.allocation.setPaused(
      false,
      caller.name,
      this.audit.by(caller, 'allocation.resume', 'allocation'),
    );
  }

  @Route(changeChannels)
  async changeChannels(
    @Input() { body }: RouteInput<typeof changeChannels>,
    @Caller() caller: AccessClaims,
  ) {
    const plan = await this.vessel.request(channelChange, { ...body, account: caller.name });
    const { kind } = body.action;
    if (plan.isApplied) {
      const subject = 'channel' in body.action ? body.action.channel : body.action.from.channel;
      await this.audit.recordNow(caller, `channel.${kind}`, subject, { ...body });
    }
    return plan;
  }

  @Route(prunePool)
  async prune(@Input() { body }: RouteInput<typeof prunePool>, @Caller() caller: AccessClaims) {
    const report = await this.vessel.request(poolPrune, body);
    if (report.isApplied) await this.audit.recordNow(caller, 'pool.prune', 'pool');
    return report;
  }
}
