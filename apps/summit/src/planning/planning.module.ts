import { Module } from '@nestjs/common';
import { ProjectsModule } from '../projects/projects.module.js';
import { PublishedModule } from '../published/published.module.js';
import { RepositoriesModule } from '../repositories/repositories.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { Durations } from './durations.service.js';
import { Planning } from './planning.service.js';
import { ProfileFacts } from './profile-facts.service.js';
import { PublishedFacts } from './published-facts.service.js';
import { RebuildPlans } from './rebuild-plans.service.js';
import { SourceFactStore } from './source-fact.store.js';

const services = [Durations, Planning, ProfileFacts, PublishedFacts, RebuildPlans, SourceFactStore];

@Module({
  imports: [ProjectsModule, PublishedModule, RepositoriesModule, TasksModule],
  providers: [...services],
  exports: [...services],
})
export class PlanningModule {}
