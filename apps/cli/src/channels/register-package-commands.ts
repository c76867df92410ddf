import { type Architecture, PACKAGE_SEARCHES, PAGE_SIZE_MAX } from '@cairn/contracts';
import { type Command, Option } from 'commander';
import {
  architectureArgument,
  capabilityArgument,
  nameArgument,
  searchArgument,
  sourceArgument,
  versionArgument,
  wholeNumber,
} from '../input/arguments.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { type PageOptions, whoCommand } from './browse-commands.js';
import {
  packageDependantsCommand,
  packageFilesCommand,
  showPackageCommand,
} from './package-commands.js';
import { packagesCommand, type PackagesOptions } from './packages-command.js';

interface ChoiceOptions extends JsonOptions {
  readonly in: string;
  readonly arch?: Architecture;
}

const OFFSET = { min: 0, max: 1_000_000 };
const LIMIT = { min: 1, max: PAGE_SIZE_MAX };

/** Adds `package` with its commands. */
export function registerPackageCommands(program: Command, shell: Shell): void {
  const packages = program.command('package').description('published packages');
  paged(reading(packages, 'list'))
    .description('show the packages of a channel, or find some')
    .option('--search <text>', 'only those that have this text', searchArgument)
    .addOption(
      new Option('--by <what>', 'where to look: name, source and summary; paths; capabilities')
        .choices(PACKAGE_SEARCHES)
        .default('text'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  cairn package list main --search zlib\n  cairn package list main --search /usr/bin/nano --by file',
    )
    .action((channel: string, options: PackagesOptions) =>
      packagesCommand(shell, channel, options),
    );
  ofOne(reading(packages, 'show'))
    .description('show what a package is, needs and provides, and what built it')
    .action((channel: string, name: string, options: ChoiceOptions) =>
      showPackageCommand(shell, { channel, name }, options),
    );
  paged(ofOne(reading(packages, 'files')))
    .description('show what a package installs')
    .option('--search <text>', 'only paths that have this text', searchArgument)
    .action(
      (
        channel: string,
        name: string,
        options: ChoiceOptions & PageOptions & { readonly search?: string },
      ) => packageFilesCommand(shell, { channel, name }, options),
    );
  paged(ofOne(reading(packages, 'dependants')))
    .description('show who needs something that a package provides')
    .action((channel: string, name: string, options: ChoiceOptions & PageOptions) =>
      packageDependantsCommand(shell, { channel, name }, options),
    );
  paged(reading(packages, 'who'))
    .argument('<capability>', 'such as "soname(libz.so.1(x86_64))"', capabilityArgument)
    .description('show who provides and who needs a capability')
    .action((channel: string, capability: string, options: PageOptions) =>
      whoCommand(shell, { channel, capability }, options),
    );
}

function reading(packages: Command, name: string): Command {
  return packages
    .command(name)
    .argument('<channel>', 'channel', nameArgument)
    .option(
      '--in <version>',
      'stream/NAME, tag/NAME or history/ID',
      versionArgument,
      'stream/volatile',
    )
    .option(...JSON_FLAG);
}

function ofOne(command: Command): Command {
  return command
    .argument('<name>', 'package', sourceArgument)
    .option('--arch <architecture>', 'default: the first that has it', architectureArgument);
}

function paged(command: Command): Command {
  return command
    .option('--offset <count>', 'skip so many', wholeNumber(OFFSET), 0)
    .option('--limit <count>', 'show at most', wholeNumber(LIMIT), 100);
}
