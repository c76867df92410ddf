import {
  BUMP_MAX,
  cancelTask,
  holdTask,
  releaseTask,
  retryTask,
  TASK_STATES,
} from '@cairn/contracts';
import { Option, type Command } from 'commander';
import { nameArgument, taskIdArgument, wholeNumber } from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { bumpCommand, type BumpOptions } from './bump-command.js';
import { changeCommand } from './change-command.js';
import { listCommand, type ListOptions } from './list-command.js';
import { logCommand, type LogOptions } from './log-command.js';
import { showCommand } from './show-command.js';
import { whyCommand } from './why-command.js';

const TASKS_MAX = 500;
const ID = ['<id>', 'task id', taskIdArgument] as const;

/** Adds `task` with its commands, and `why`. */
export function registerTaskCommands(program: Command, shell: Shell): void {
  const task = program.command('task').description('builds: wanted, running and done');
  registerReading(task, shell);
  registerChanging(task, shell);
  program
    .command('why')
    .argument(...ID)
    .description('say why a task stands where it stands, down to what holds it up')
    .option('--json', 'print the tasks of the chain as JSON')
    .addHelpText('after', '\nExample:\n  cairn why 17')
    .action((id: number, options: JsonOptions) => whyCommand(shell, id, options));
}

function registerReading(task: Command, shell: Shell): void {
  task
    .command('list')
    .description('show tasks, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(TASK_STATES))
    .option('--source <name>', 'only those of this recipe')
    .option('--project <name>', 'only those of this project', nameArgument)
    .option('--before <id>', 'only those older than this task', taskIdArgument)
    .option('--limit <count>', 'show at most', wholeNumber({ min: 1, max: TASKS_MAX }), 50)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  cairn task list --state failed --limit 10')
    .action((options: ListOptions) => listCommand(shell, options));
  task
    .command('show')
    .argument(...ID)
    .description('show a task with its attempts, dependencies and dependants')
    .option(...JSON_FLAG)
    .action((id: number, options: JsonOptions) => showCommand(shell, id, options));
  task
    .command('log')
    .argument(...ID)
    .description('print the log of a build; in a pipe the very bytes')
    .option(
      '-f, --follow',
      'stay until the build has ended: exits with 0 when it succeeded, else 1',
    )
    .option(
      '--attempt <number>',
      'which attempt; default: the last',
      wholeNumber({ min: 1, max: 1_000_000 }),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cairn task log 17 -f\n  cairn task log 17 --attempt 1 > build.log',
    )
    .action((id: number, options: LogOptions) => logCommand(shell, id, options));
}

function registerChanging(task: Command, shell: Shell): void {
  task
    .command('retry')
    .argument(...ID)
    .description('offer a failed or cancelled task again')
    .option(...JSON_FLAG)
    .action((id: number, options: JsonOptions) => changeCommand(shell, retryTask, id, options));
  task
    .command('cancel')
    .argument(...ID)
    .description('cancel an open task; a running build is stopped')
    .option(...JSON_FLAG)
    .action((id: number, options: JsonOptions) => changeCommand(shell, cancelTask, id, options));
  task
    .command('hold')
    .argument(...ID)
    .description('give a waiting task to no builder until it is released')
    .option(...JSON_FLAG)
    .action((id: number, options: JsonOptions) => changeCommand(shell, holdTask, id, options));
  task
    .command('release')
    .argument(...ID)
    .description('let a task that is held be built again')
    .option(...JSON_FLAG)
    .action((id: number, options: JsonOptions) => changeCommand(shell, releaseTask, id, options));
  task
    .command('bump')
    .argument(...ID)
    .description('let a waiting task go before all others')
    .option(
      '--by <number>',
      'how far; below 0 behind all others, 0 takes it back',
      wholeNumber({ min: -BUMP_MAX, max: BUMP_MAX }),
      1,
    )
    .option(...JSON_FLAG)
    .action((id: number, options: BumpOptions) => bumpCommand(shell, id, options));
}
