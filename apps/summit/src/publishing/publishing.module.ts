import { Module } from '@nestjs/common';
import { PlanningModule } from '../planning/planning.module.js';
import { PublishedModule } from '../published/published.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { PublishingNatsController } from './publishing.nats.controller.js';
import { Publishing } from './publishing.service.js';

@Module({
  imports: [PlanningModule, PublishedModule, TasksModule],
  controllers: [PublishingNatsController],
  providers: [Publishing],
})
export class PublishingModule {}
