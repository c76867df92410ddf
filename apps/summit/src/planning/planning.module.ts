import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { PublishedModule } from '../published/published.module.js';
import { RepositoriesModule } from '../repositories/repositories.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { Planning } from './planning.service.js';
import { SourceFactStore } from './source-fact.store.js';

@Module({
  imports: [ProjectsModule, PublishedModule, RepositoriesModule, TasksModule],
  providers: [Planning, SourceFactStore],
  exports: [Planning, SourceFactStore],
})
export class PlanningModule {}
