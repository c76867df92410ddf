import { bumpTask } from '@cairn/contracts';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { taskName } from './task-words.js';

export interface BumpOptions extends JsonOptions {
  readonly by: number;
}

/** `cairn task bump ID`. */
export async function bumpCommand(
  shell: Shell,
  taskId: number,
  options: BumpOptions,
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(bumpTask, { params: { taskId }, body: { bump: options.by } });
  printReply(reply, options, (task) => [
    printable(`#${task.id} ${taskName(task)} is moved: ${task.reason.sentence}`),
  ]);
}
