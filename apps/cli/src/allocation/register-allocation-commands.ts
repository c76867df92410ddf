import { pauseAllocation, resumeAllocation } from '@cairn/contracts';
import { type Command } from 'commander';
import { printReply } from '../output/reply.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';

/** Adds `pause` and `resume`. */
export function registerAllocationCommands(program: Command, shell: Shell): void {
  program
    .command('pause')
    .description('give out no further builds; running ones go on')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => switchCommand(shell, pauseAllocation, options));
  program
    .command('resume')
    .description('give out builds again')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => switchCommand(shell, resumeAllocation, options));
}

async function switchCommand(
  shell: Shell,
  route: typeof pauseAllocation,
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  printReply(await client.call(route), options, ({ paused }) => [
    paused ? 'No further builds are given out. Running ones go on.' : 'Builds are given out.',
  ]);
}
