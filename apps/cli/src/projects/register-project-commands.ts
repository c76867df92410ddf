import { type Command } from 'commander';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { applyCommand, planCommand } from './change-commands.js';
import { listCommand } from './list-command.js';

const FILE = ['<file>', 'YAML document; - is the standard input'] as const;

/** Adds `project` with its commands. */
export function registerProjectCommands(program: Command, shell: Shell): void {
  const project = program
    .command('project')
    .description('show projects, and change them by document');
  project
    .command('list')
    .description('show the projects with their profiles')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => listCommand(shell, options));
  project
    .command('plan')
    .argument(...FILE)
    .description('show what applying a document would change; changes nothing')
    .option(...JSON_FLAG)
    .action((path: string, options: JsonOptions) => planCommand(shell, path, options));
  project
    .command('apply')
    .argument(...FILE)
    .description('make the stored project equal to a document')
    .option('-y, --yes', 'do not ask')
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nOn a terminal the changes are shown first and you are asked.\n\nExamples:\n  cairn project plan project.yaml\n  cairn project apply project.yaml --yes',
    )
    .action((path: string, options: JsonOptions & { readonly yes?: boolean }) =>
      applyCommand(shell, path, options),
    );
}
