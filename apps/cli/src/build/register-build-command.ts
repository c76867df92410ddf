import { Option, type Command } from 'commander';
import { EXECUTOR_CHOICES } from '@cairn/executor';
import { wholeNumber } from '../input/arguments.js';
import { type Shell } from '../shell.js';
import { buildCommand } from './build-command.js';
import {
  BUILD_DEFAULTS,
  lookasideArgument,
  pathArgument,
  repositoryArgument,
  stoneArgument,
  type BuildCommandOptions,
} from './build-options.js';

const HELP_END = `
A recipe is a stone.yaml or the folder that holds it. The packages, both manifests and the log (build.log) are put into
the output folder when the build has succeeded; of a failed build only the log.

Examples:
  cairn recipe build l/lzo -o out
  cairn recipe build l/lzo -o out --twice
  cairn recipe build s/speex -o out --stone ../speexdsp/out --lookaside ~/tarballs --offline`;

/** Adds `recipe build`: 0 built, 1 failed or not reproducible, 2 wrong usage. */
export function registerBuildCommand(recipe: Command, surroundings: Pick<Shell, 'cacheDir'>): void {
  const command = recipe
    .command('build <path>')
    .description('build a recipe on this machine, without any service')
    .option('-o, --output <folder>', 'where the packages are put', pathArgument, process.cwd())
    .addOption(
      new Option('--executor <name>', 'auto is boulder where it is installed')
        .choices(EXECUTOR_CHOICES)
        .default('auto'),
    )
    .option('--architecture <name>', 'what to build for', BUILD_DEFAULTS.architecture)
    .option(
      '--build-release <number>',
      'part of the file names',
      wholeNumber({ min: 1, max: 1e9 }),
      1,
    )
    .option(
      '--source-date-epoch <seconds>',
      'time in the packages; default: when the recipe file was changed',
      wholeNumber({ min: 0, max: 1e11 }),
    )
    .option('--twice', 'build twice and compare every byte')
    .option('--keep-failed', 'keep the work folder of a failed build and say where it is')
    .option('-v, --verbose', 'show the log of the build')
    .option('--json', 'print one JSON object about the build');
  addSources(command);
  addLimits(command);
  command
    .addHelpText('after', HELP_END)
    .action((path: string, options: BuildCommandOptions) =>
      buildCommand(path, options, surroundings),
    );
}

function addSources(command: Command): void {
  command
    .option(
      '--lookaside <place>',
      'folder or URL with upstreams by SHA-256; may be repeated',
      lookasideArgument,
      [],
    )
    .option(
      '--repo <index>',
      'stone.index of a repository that gives dependencies; may be repeated',
      repositoryArgument,
      [],
    )
    .option(
      '--stone <path>',
      'stone, or folder of stones, that gives dependencies; may be repeated',
      stoneArgument,
      [],
    )
    .option('--network', 'give a network to a recipe that asks for one')
    .option('--offline', 'fetch nothing: upstreams come from lookasides and the cache only')
    .option('--allow-private-addresses', 'fetch upstreams from private networks and files, too');
}

function addLimits(command: Command): void {
  const { jobs, timeLimit, silenceLimit, memoryLimit, diskLimit } = BUILD_DEFAULTS;
  command
    .option('--jobs <number>', 'processors to use', wholeNumber({ min: 1, max: 4_096 }), jobs)
    .option(
      '--time-limit <minutes>',
      'for all phases',
      wholeNumber({ min: 1, max: 1e5 }),
      timeLimit,
    )
    .option(
      '--silence-limit <minutes>',
      'without output',
      wholeNumber({ min: 1, max: 1e5 }),
      silenceLimit,
    )
    .option(
      '--memory-limit <MiB>',
      'of all processes',
      wholeNumber({ min: 64, max: 1e8 }),
      memoryLimit,
    )
    .option(
      '--disk-limit <GiB>',
      'of the work folder',
      wholeNumber({ min: 1, max: 1e6 }),
      diskLimit,
    );
}
