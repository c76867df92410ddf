import { inviteBuilder, removeBuilder } from '@cairn/contracts';
import { type Command } from 'commander';
import { builderIdArgument } from '../input/arguments.js';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { JSON_FLAG, type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';
import { listCommand } from './list-command.js';

/** Adds `builder` with its commands. */
export function registerBuilderCommands(program: Command, shell: Shell): void {
  const builder = program.command('builder').description('machines that build');
  builder
    .command('list')
    .description('show the builders and how their machines are doing')
    .option(...JSON_FLAG)
    .action((options: JsonOptions) => listCommand(shell, options));
  builder
    .command('invite')
    .argument('<id>', 'name for the new builder', builderIdArgument)
    .description('make the one-time code with which a builder enrols')
    .option(...JSON_FLAG)
    .action((id: string, options: JsonOptions) => inviteCommand(shell, id, options));
  builder
    .command('remove')
    .argument('<id>', 'builder', builderIdArgument)
    .description('remove a builder for good: its credentials are revoked, its builds are lost')
    .option(...JSON_FLAG)
    .action((id: string, options: JsonOptions) => removeCommand(shell, id, options));
}

async function inviteCommand(shell: Shell, id: string, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(inviteBuilder, { body: { builderId: id } });
  printReply(reply, options, ({ enrolmentCode, expiresAt }) => [
    printable(enrolmentCode),
    `For builder ${id}, once, until ${new Date(expiresAt).toISOString()} (${relativeTime(expiresAt, shell.clock.now())}). On that machine:`,
    `  avalanche enrol --summit ${client.server.origin} --code ${printable(enrolmentCode)}`,
  ]);
}

async function removeCommand(shell: Shell, id: string, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(removeBuilder, { params: { builderId: id } });
  printReply(reply, options, () => [`Builder ${id} is removed; its credentials are revoked.`]);
}
