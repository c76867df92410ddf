import { Module } from '@nestjs/common';
import { TasksModule } from '../tasks/tasks.module.js';
import { BuildLogs } from './build-log.service.js';
import { LogStore } from './log.store.js';
import { LogsNatsController } from './logs.nats.controller.js';

@Module({
  imports: [TasksModule],
  controllers: [LogsNatsController],
  providers: [LogStore, BuildLogs],
  exports: [BuildLogs],
})
export class LogsModule {}
