import { createSession } from '@cairn/contracts';
import { text } from 'node:stream/consumers';
import { CliError } from '../cli-error.js';
import { replyOf, send } from '../client/transport.js';
import { EXIT } from '../exit-code.js';
import { ask, canAsk } from '../output/ask.js';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

/** `cairn login`: exchanges a one-time code for a session that later commands use. */
export async function loginCommand(
  shell: Shell,
  options: JsonOptions & { readonly code?: string },
): Promise<void> {
  const client = await shell.connect();
  client.assertMaySendSecrets();
  const { origin } = client.server;
  const code = await codeOf(options.code, origin);
  const response = await send(origin, createSession, { body: { code } });
  const tokens = await replyOf(origin, createSession, response);
  await shell.sessions.store(origin, tokens);
  // The tokens stay in the session file: what is printed ends up in logs.
  printReply({ server: origin, account: tokens.account }, options, ({ account }) => [
    `Logged in at ${origin} as ${printable(account.name)} (${account.role}).`,
  ]);
}

async function codeOf(given: string | undefined, origin: string): Promise<string> {
  const code = (
    given === '-' ? await text(process.stdin) : (given ?? (await asked(origin)))
  ).trim();
  if (code !== '' && code.length <= 200) return code;
  throw new CliError('cli.no-code', 'That is no login code', {
    exitCode: EXIT.usage,
    nextStep: 'An admin makes one with `cairn account code NAME`.',
  });
}

async function asked(origin: string): Promise<string> {
  if (canAsk()) return ask(`Login code for ${origin}: `);
  throw new CliError('cli.no-code', 'There is no terminal to ask for the login code', {
    exitCode: EXIT.usage,
    nextStep: 'Give it with --code, or --code - and the code on the standard input.',
  });
}
