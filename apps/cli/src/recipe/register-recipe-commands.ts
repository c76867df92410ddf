import type { Command } from 'commander';
import { registerBuildCommand } from '../build/register-build-command.js';
import { type Shell } from '../shell.js';
import { EXIT_USAGE } from '../stone/terminal.js';
import { checkCommand, type CheckCommandOptions } from './check-command.js';
import { lintCommand, type LintCommandOptions } from './lint-command.js';
import { showCommand, type ShowCommandOptions } from './show-command.js';
import { splitCommand, type SplitCommandOptions } from './split-command.js';

const JSON_FLAG = ['--json', 'print one JSON object a line for each recipe'] as const;
const OLD_FLAG = ['--old-spelling', 'take yes, no, on and off for switches'] as const;

/** Adds `recipe` with its commands: 0 all good, 1 something found, 2 wrong usage or an unreadable file. */
export function registerRecipeCommands(
  program: Command,
  surroundings: Pick<Shell, 'cacheDir'>,
): void {
  const recipe = program
    .command('recipe')
    .description('check, show, split, lint and build recipes')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  registerJudging(recipe);
  registerShowing(recipe);
  registerBuildCommand(recipe, surroundings);
}

function registerJudging(recipe: Command): void {
  recipe
    .command('check <paths...>')
    .description('say whether recipes would be accepted for a build')
    .option('--architecture <name>', 'check for this architecture')
    .option(...OLD_FLAG)
    .option(...JSON_FLAG)
    .action((paths: string[], options: CheckCommandOptions) => checkCommand(paths, options));
  recipe
    .command('lint <paths...>')
    .description('warn of what is accepted and probably not meant')
    .option(...OLD_FLAG)
    .option(...JSON_FLAG)
    .action((paths: string[], options: LintCommandOptions) => lintCommand(paths, options));
}

function registerShowing(recipe: Command): void {
  recipe
    .command('show <paths...>')
    .description('show what recipes say, defaults filled in')
    .option(...OLD_FLAG)
    .option(...JSON_FLAG)
    .action((paths: string[], options: ShowCommandOptions) => showCommand(paths, options));
  recipe
    .command('split <paths...>')
    .description('show which package each path of the committed manifest goes to')
    .option('--architecture <name>', 'whose manifest to take', 'x86_64')
    .option('--files <file>', 'split the paths in this file instead; - is the standard input')
    .option(...OLD_FLAG)
    .option(...JSON_FLAG)
    .action((paths: string[], options: SplitCommandOptions) => splitCommand(paths, options));
}
