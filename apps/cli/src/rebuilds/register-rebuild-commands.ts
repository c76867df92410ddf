import {
  cancelRebuild,
  getRebuild,
  listRebuilds,
  pauseRebuild,
  resumeRebuild,
  startRebuild,
} from '@cairn/contracts';
import { type Command } from 'commander';
import { nameArgument, rebuildIdArgument } from '../input/arguments.js';
import { printReply } from '../output/reply.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { detailLines, rebuildLines } from './rebuild-lines.js';
import { targetOf, type TargetOptions } from './target.js';

const ID = ['<id>', 'rebuild id', rebuildIdArgument] as const;

/** Adds `rebuild` with its commands. */
export function registerRebuildCommands(program: Command, shell: Shell): void {
  const rebuild = program
    .command('rebuild')
    .description('rebuilds of many sources, published together');
  rebuild
    .command('start')
    .description('rebuild everything, or some sources and all that depends on them')
    .option('--project <name>', 'project; default: the only one', nameArgument)
    .option('--profile <name>', 'profile; default: the only one', nameArgument)
    .option('--changed <list>', 'sources divided by commas; default: everything')
    .option(
      '--no-cut-off',
      'build dependants even when nothing they depend on exports anything else',
    )
    .option('--by-stage', 'publish each stage when it is built, instead of everything at the end')
    .option(...JSON_FLAG)
    .addHelpText('after', '\nExample:\n  cairn rebuild start --changed zlib,openssl')
    .action((options: StartOptions) => startCommand(shell, options));
  rebuild
    .command('list')
    .description('show rebuilds with their progress, newest first')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => listCommand(shell, options));
  rebuild
    .command('show')
    .argument(...ID)
    .description('show a rebuild and the steps that are not built')
    .option(...JSON_FLAG)
    .action((id: string, options: JsonOptions) => showCommand(shell, id, options));
  for (const [name, route, description] of CHANGES) {
    rebuild
      .command(name)
      .argument(...ID)
      .description(description)
      .option(...JSON_FLAG)
      .action((id: string, options: JsonOptions) => changeCommand(shell, route, id, options));
  }
}

const CHANGES = [
  ['pause', pauseRebuild, 'give out no further builds of it; running ones go on'],
  ['resume', resumeRebuild, 'give out its builds again'],
  ['cancel', cancelRebuild, 'give it up: nothing that it built is published'],
] as const;

interface StartOptions extends TargetOptions, JsonOptions {
  readonly cutOff: boolean;
  readonly byStage?: boolean;
}

async function startCommand(shell: Shell, options: StartOptions): Promise<void> {
  const client = await shell.connect();
  const { cutOff, byStage = false } = options;
  const body = { ...(await targetOf(client, options)), cutOff, byStage };
  const reply = await client.call(startRebuild, { body });
  printReply(reply, options, (found) => rebuildLines(found, Number(shell.clock.now())));
}

async function listCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  printReply(await client.call(listRebuilds), options, ({ rebuilds }) =>
    rebuilds.length === 0
      ? ['There are no rebuilds. Start one with `cairn rebuild start`.']
      : rebuilds.flatMap((found) => rebuildLines(found, Number(shell.clock.now()))),
  );
}

async function showCommand(shell: Shell, rebuildId: string, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  printReply(await client.call(getRebuild, { params: { rebuildId } }), options, (found) =>
    detailLines(found, Number(shell.clock.now())),
  );
}

async function changeCommand(
  shell: Shell,
  route: (typeof CHANGES)[number][1],
  rebuildId: string,
  options: JsonOptions,
): Promise<void> {
  const client = await shell.connect();
  printReply(await client.call(route, { params: { rebuildId } }), options, (found) =>
    rebuildLines(found, Number(shell.clock.now())),
  );
}
