import { Module } from '@nestjs/common';
import { AllocationModule } from '../allocation/allocation.module.js';
import { BuildersModule } from '../builders/builders.module.js';
import { LiveModule } from '../live/live.module.js';
import { PlanningModule } from '../planning/planning.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { EarlyCutOff } from './early-cut-off.service.js';
import { PlanPreviews } from './plan-previews.service.js';
import { RebuildCommands } from './rebuild-commands.service.js';
import { RebuildKeeper } from './rebuild-keeper.service.js';
import { RebuildViews } from './rebuild-views.service.js';
import { RebuildsHttpController } from './rebuilds.http.controller.js';
import { SecondBuilds } from './second-builds.service.js';
import { StartRebuild } from './start-rebuild.service.js';

@Module({
  imports: [
    AllocationModule,
    BuildersModule,
    LiveModule,
    PlanningModule,
    ProjectsModule,
    TasksModule,
  ],
  controllers: [RebuildsHttpController],
  providers: [
    EarlyCutOff,
    PlanPreviews,
    RebuildCommands,
    RebuildKeeper,
    RebuildViews,
    SecondBuilds,
    StartRebuild,
  ],
  exports: [RebuildKeeper, SecondBuilds],
})
export class RebuildsModule {}
