import { Module } from '@nestjs/common';
import { TasksModule } from '../tasks/tasks.module.js';
import { BuildLogs } from './build-log.service.js';
import { LogStore } from './log.store.js';
import { LogsHttpController } from './logs.http.controller.js';
import { LogsNatsController } from './logs.nats.controller.js';

@Module({
  imports: [TasksModule],
  controllers: [LogsNatsController, LogsHttpController],
  providers: [LogStore, BuildLogs],
  exports: [BuildLogs],
})
export class LogsModule {}
