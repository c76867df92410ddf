import { type retryTask } from '@cairn/contracts';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { taskName } from './task-words.js';

/** `cairn task retry|cancel|hold|release ID`. */
export async function changeCommand(
  shell: Shell,
  route: typeof retryTask,
  taskId: number,
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(route, { params: { taskId } });
  printReply(reply, options, (task) => [
    printable(`#${task.id} ${taskName(task)} is ${task.state}: ${task.reason.sentence}`),
  ]);
}
