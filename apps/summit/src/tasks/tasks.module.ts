import { Module } from '@nestjs/common';
import { LiveModule } from '../live/live.module.js';
import { AttemptEnding } from './attempt-ending.service.js';
import { AttemptLeases } from './attempt-leases.service.js';
import { AttemptResults } from './attempt-results.service.js';
import { AttemptStore } from './attempt.store.js';
import { BuildHistory } from './build-history.store.js';
import { ChangeSetStore } from './change-set.store.js';
import { RebuildStore } from './rebuild.store.js';
import { TaskCommands } from './task-commands.service.js';
import { TaskLife } from './task-life.service.js';
import { TaskStore } from './task.store.js';

const providers = [
  TaskStore,
  AttemptStore,
  BuildHistory,
  ChangeSetStore,
  RebuildStore,
  TaskLife,
  AttemptEnding,
  AttemptLeases,
  AttemptResults,
  TaskCommands,
];

@Module({ imports: [LiveModule], providers, exports: providers })
export class TasksModule {}
