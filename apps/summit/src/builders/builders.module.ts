import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { Broker } from './broker.service.js';
import { BuilderSessions } from './builder-session.service.js';
import { BuilderStore } from './builder.store.js';
import { BuildersNatsController } from './builders.nats.controller.js';
import { Enrolment } from './enrolment.service.js';

const providers = [BuilderStore, BuilderSessions, Broker, Enrolment];

@Module({
  imports: [LiveModule, TasksModule],
  controllers: [BuildersNatsController],
  providers,
  exports: providers,
})
export class BuildersModule {}
