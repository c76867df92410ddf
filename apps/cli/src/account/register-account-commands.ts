import { ACCOUNT_ROLES, type AccountRole } from '@cairn/identity';
import { Option, type Command } from 'commander';
import { nameArgument, wholeNumber } from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { auditCommand } from './audit-command.js';
import { codeCommand } from './code-command.js';
import { loginCommand } from './login-command.js';
import { logoutCommand } from './logout-command.js';
import { whoamiCommand } from './whoami-command.js';

const ENTRIES_MAX = 500;

/** Adds `login`, `logout`, `whoami`, `account` and `audit`. */
export function registerAccountCommands(program: Command, shell: Shell): void {
  program
    .command('login')
    .description('log in with a one-time code')
    .option('--code <code>', 'the code; - reads it from the standard input')
    .option(...JSON_FLAG)
    .addHelpText(
      'after',
      '\nExamples:\n  cairn login --server https://summit.example\n  pass show cairn | cairn login --code -',
    )
    .action((options: JsonOptions & { readonly code?: string }) => loginCommand(shell, options));
  program
    .command('logout')
    .description('end the session at the server and forget it here')
    .action(() => logoutCommand(shell));
  program
    .command('whoami')
    .description('say who is logged in; exits with 3 when nobody is')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => whoamiCommand(shell, options));
  registerAdministration(program, shell);
}

function registerAdministration(program: Command, shell: Shell): void {
  program
    .command('account')
    .description('manage accounts')
    .command('code')
    .argument('<name>', 'account; made when there is none', nameArgument)
    .description('make a one-time login code for an account')
    .addOption(
      new Option('--role <role>', 'what the account may do')
        .choices(ACCOUNT_ROLES)
        .default('viewer'),
    )
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  cairn account code ada --role packager')
    .action((name: string, options: JsonOptions & { readonly role: AccountRole }) =>
      codeCommand(shell, name, options),
    );
  program
    .command('audit')
    .description('show who did what, newest first')
    .option('--limit <count>', 'entries to show', wholeNumber({ min: 1, max: ENTRIES_MAX }), 50)
    .option(...JSON_FLAG)
    .action((options: JsonOptions & { readonly limit: number }) => auditCommand(shell, options));
}
