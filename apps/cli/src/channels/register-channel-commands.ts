import { VERSION_PAGE_SIZE_MAX } from '@cairn/contracts';
import { type Command } from 'commander';
import { registerMirrorCommands } from '../mirror/register-mirror-commands.js';
import { historyArgument, nameArgument, versionArgument, wholeNumber } from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { diffCommand, versionsCommand } from './browse-commands.js';
import { channelsCommand } from './channels-command.js';
import { registerChangeCommands } from './register-change-commands.js';
import { registerPackageCommands } from './register-package-commands.js';

/** Adds `channel` and `package` with their commands. */
export function registerChannelCommands(program: Command, shell: Shell): void {
  const channel = program
    .command('channel')
    .description('lines of published packages, and what their streams point to');
  registerChangeCommands(channel, shell);
  registerMirrorCommands(channel);
  channel
    .command('list')
    .description('show the channels with their streams, and how a client adds them')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => channelsCommand(shell, options));
  channel
    .command('diff')
    .argument('<channel>', 'channel', nameArgument)
    .argument('<from>', 'stream/NAME, tag/NAME or history/ID', versionArgument)
    .argument('<to>', 'stream/NAME, tag/NAME or history/ID', versionArgument)
    .description('show what differs between two versions')
    .option(...JSON_FLAG)
    .action((name: string, from: string, to: string, options: JsonOptions) =>
      diffCommand(shell, { channel: name, from, to }, options),
    );
  channel
    .command('versions')
    .argument('<channel>', 'channel', nameArgument)
    .description('show the versions of a channel over time: what each changed, and who made it')
    .option('--before <history>', 'only versions older than this one', historyArgument)
    .option(
      '--limit <count>',
      'show at most',
      wholeNumber({ min: 1, max: VERSION_PAGE_SIZE_MAX }),
      20,
    )
    .option(...JSON_FLAG)
    .action((name: string, options: JsonOptions & { before?: string; limit: number }) =>
      versionsCommand(shell, name, options),
    );
  registerPackageCommands(program, shell);
}
