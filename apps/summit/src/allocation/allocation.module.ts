import { Module } from '@nestjs/common';
import { BuildersModule } from '../builders/builders.module.js';
import { PlanningModule } from '../planning/planning.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { PublishedModule } from '../published/published.module.js';
import { RepositoriesModule } from '../repositories/repositories.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { LiveModule } from '../live/live.module.js';
import { AllocationCommands } from './allocation-commands.service.js';
import { AllocationReasons } from './allocation-reasons.service.js';
import { Allocation } from './allocation.service.js';
import { Dispatch } from './dispatch.service.js';
import { OrderSettings } from './order-settings.service.js';
import { PauseStore } from './pause.store.js';

@Module({
  imports: [
    BuildersModule,
    LiveModule,
    PlanningModule,
    ProjectsModule,
    PublishedModule,
    RepositoriesModule,
    TasksModule,
  ],
  providers: [
    Allocation,
    AllocationCommands,
    AllocationReasons,
    Dispatch,
    OrderSettings,
    PauseStore,
  ],
  exports: [Allocation, AllocationCommands, AllocationReasons, PauseStore],
})
export class AllocationModule {}
