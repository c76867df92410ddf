import { PAGE_SIZE_MAX } from '@cairn/contracts';
import { type Command } from 'commander';
import { registerMirrorCommands } from '../mirror/register-mirror-commands.js';
import {
  capabilityArgument,
  nameArgument,
  versionArgument,
  wholeNumber,
} from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { diffCommand, whoCommand } from './browse-commands.js';
import { channelsCommand } from './channels-command.js';
import { registerChangeCommands } from './register-change-commands.js';
import { packagesCommand, type PackagesOptions } from './packages-command.js';

const SEARCH_LENGTH_MAX = 200;

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
  const packages = program.command('package').description('published packages');
  packages
    .command('who')
    .argument('<channel>', 'channel', nameArgument)
    .argument('<capability>', 'such as "soname(libz.so.1(x86_64))"', capabilityArgument)
    .description('show who provides and who needs a capability')
    .option(
      '--in <version>',
      'stream/NAME, tag/NAME or history/ID',
      versionArgument,
      'stream/volatile',
    )
    .option(...JSON_FLAG)
    .action((name: string, capability: string, options: JsonOptions & { in: string }) =>
      whoCommand(shell, { channel: name, capability }, options),
    );
  packages
    .command('list')
    .argument('<channel>', 'channel', nameArgument)
    .description('show the packages of a channel')
    .option('--search <text>', 'only those whose name, source or summary has this text', searched)
    .option(
      '--in <version>',
      'stream/NAME, tag/NAME or history/ID',
      versionArgument,
      'stream/volatile',
    )
    .option('--offset <count>', 'skip so many', wholeNumber({ min: 0, max: 1_000_000_000 }), 0)
    .option('--limit <count>', 'show at most', wholeNumber({ min: 1, max: PAGE_SIZE_MAX }), 100)
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  cairn package list main --search zlib')
    .action((channel: string, options: PackagesOptions) =>
      packagesCommand(shell, channel, options),
    );
}

function searched(text: string): string {
  return text.slice(0, SEARCH_LENGTH_MAX);
}
