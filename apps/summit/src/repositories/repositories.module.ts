import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { ProjectsModule } from '../projects/projects.module.js';
import { PublishedModule } from '../published/published.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { CreateTasks } from './create-tasks.service.js';
import { RecipeReader } from './recipe-reader.service.js';
import { RecipeStore } from './recipe.store.js';
import { RefreshWishes } from './refresh-wishes.service.js';
import { RefreshRepository } from './refresh-repository.service.js';

@Module({
  imports: [LiveModule, ProjectsModule, PublishedModule, TasksModule],
  providers: [RecipeStore, RecipeReader, CreateTasks, RefreshRepository, RefreshWishes],
  exports: [RecipeStore, RefreshRepository, RefreshWishes],
})
export class RepositoriesModule {}
