import { Module } from '@nestjs/common';
import { AllocationModule } from '../allocation/allocation.module.js';
import { BuildersModule } from '../builders/builders.module.js';
import { RebuildsModule } from '../rebuilds/rebuilds.module.js';
import { TasksModule } from '../tasks/tasks.module.js';
import { Housekeeping } from './housekeeping.service.js';
import { Leader } from './leader.service.js';

@Module({
  imports: [AllocationModule, BuildersModule, RebuildsModule, TasksModule],
  providers: [Leader, Housekeeping],
  exports: [Leader],
})
export class ControlModule {}
