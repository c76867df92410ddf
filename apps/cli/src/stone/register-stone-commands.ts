import type { Command } from 'commander';
import type { Screen } from '../output/screen.js';
import { createCommand, type CreateCommandOptions } from './create-command.js';
import { diffCommand } from './diff-command.js';
import { extractCommand, type ExtractCommandOptions } from './extract-command.js';
import { indexCommand, type IndexCommandOptions } from './index-command.js';
import { inspectCommand } from './inspect-command.js';
import { EXIT_USAGE } from './terminal.js';
import { verifyCommand, type VerifyCommandOptions } from './verify-command.js';

const JSON_FLAG = ['--json', 'print JSON'] as const;

/** Adds `stone` with its commands; wrong usage exits with code 2. */
export function registerStoneCommands(program: Command, screen: Screen): void {
  const stone = program
    .command('stone')
    .description('read, check and make .stone packages and their index')
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_USAGE));
  registerReading(stone, screen);
  registerWriting(stone);
}

function registerReading(stone: Command, screen: Screen): void {
  stone
    .command('inspect <file>')
    .description('show everything that a stone, index or manifest says')
    .option(...JSON_FLAG)
    .action((path: string, options: { json?: boolean }) => inspectCommand(screen, path, options));
  stone
    .command('verify <files...>')
    .description('check files; exits with 1 when one is refused')
    .option('--tolerant', 'skip what is unknown instead of refusing it')
    .option('--storage', 'check only the checksums of the stored bytes')
    .option(...JSON_FLAG)
    .action((paths: string[], options: VerifyCommandOptions) =>
      verifyCommand(screen, paths, options),
    );
  stone
    .command('diff <old> <new>')
    .description('compare two indexes')
    .option(...JSON_FLAG)
    .action((before: string, after: string, options: { json?: boolean }) =>
      diffCommand(screen, [before, after], options),
    );
}

function registerWriting(stone: Command): void {
  stone
    .command('extract <file> <directory>')
    .description('unpack a package below <directory>/usr; the directory must be empty or absent')
    .option('--tolerant', 'skip what is unknown instead of refusing it')
    .option('--keep-special-bits', 'keep set-user-id, set-group-id and sticky bits')
    .option(...JSON_FLAG)
    .action((path: string, directory: string, options: ExtractCommandOptions) =>
      extractCommand(path, directory, options),
    );
  stone
    .command('create <root>')
    .description('pack everything below <root>/usr into a package')
    .option('-m, --meta <file>', 'JSON document with name, version, sourceRelease, …')
    .option('-l, --like <stone>', 'take the description from another package')
    .option('-o, --output <file>', 'file to write')
    .option(...JSON_FLAG)
    .action((root: string, options: CreateCommandOptions) => createCommand(root, options));
  stone
    .command('index <directory>')
    .description('write stone.index for all stones below a directory')
    .option('-o, --output <directory>', 'where to write it; URIs are relative to it')
    .option(...JSON_FLAG)
    .action((directory: string, options: IndexCommandOptions) => indexCommand(directory, options));
}
