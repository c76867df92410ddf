import { AppError } from '@cairn/contracts';
import { Injectable } from '@nestjs/common';
import { EventStore } from '../live/event.store.js';
import { type Transaction } from '../persistence/summit-database.js';
import { transition, type TaskEvent } from './domain/task-transition.js';
import { TaskStore, type Task } from './task.store.js';

/** The one writer of task states: lock, decide, save and tell, in the caller's transaction. */
@Injectable()
export class TaskLife {
  constructor(
    private readonly tasks: TaskStore,
    private readonly events: EventStore,
  ) {}

  /** Applies an event to a locked task; an illegal one is refused with `task.illegal-transition`. */
  async apply(
    tx: Transaction,
    task: Task,
    event: TaskEvent,
    told: { readonly now: number; readonly sentence: string; readonly builderId?: string },
  ): Promise<Task> {
    const next = transition(task.progress, event);
    if (!next.ok) {
      throw new AppError(
        'task.illegal-transition',
        `Task ${task.id} is ${next.error.state}: it cannot be ${event.kind}.`,
        {
          taskId: task.id,
          state: next.error.state,
          event: event.kind,
        },
      );
    }
    await this.tasks.saveProgress(tx, task.id, next.value, told.now);
    if (event.kind === 'staged') await this.tasks.markStaged(tx, task.id, told.now);
    await this.events.record(tx, {
      at: told.now,
      kind: `task.${event.kind}`,
      sentence: told.sentence,
      taskId: task.id,
      ...(told.builderId === undefined ? {} : { builderId: told.builderId }),
    });
    return { ...task, progress: next.value };
  }
}
