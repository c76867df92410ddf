import { Module } from '@nestjs/common';
import { AllocationModule } from '../allocation/allocation.module.js';
import { BuildersModule } from '../builders/builders.module.js';
import { LiveModule } from '../live/live.module.js';
import { LogsModule } from '../logs/logs.module.js';
import { PlanningModule } from '../planning/planning.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { PublishedModule } from '../published/published.module.js';
import { RepositoriesModule } from '../repositories/repositories.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { BrowseHttpController } from './browse.http.controller.js';
import { BuildOrigins } from './build-origins.service.js';
import { BuilderViews } from './builder-views.service.js';
import { HubHttpController } from './hub.http.controller.js';
import { Overviews } from './overview.service.js';
import { TaskViews } from './task-views.service.js';
import { TasksHttpController } from './tasks.http.controller.js';

@Module({
  imports: [
    AllocationModule,
    BuildersModule,
    LiveModule,
    LogsModule,
    PlanningModule,
    ProjectsModule,
    PublishedModule,
    RepositoriesModule,
    TasksModule,
  ],
  controllers: [TasksHttpController, HubHttpController, BrowseHttpController],
  providers: [TaskViews, BuilderViews, BuildOrigins, Overviews],
})
export class OverviewModule {}
