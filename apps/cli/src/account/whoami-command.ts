import { whoAmI } from '@cairn/contracts';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

/** `cairn whoami`: asks the server, so that a session that has ended there is noticed. */
export async function whoamiCommand(shell: Shell, options: JsonOptions): Promise<void> {
  const client = await shell.connect();
  const { origin } = client.server;
  if ((await shell.sessions.find(origin)) === undefined) throw nobody(origin);
  const reply = await client.call(whoAmI);
  const { account } = reply;
  if (account === null) throw nobody(origin);
  printReply(reply, options, () => [`${printable(account.name)} (${account.role}) at ${origin}`]);
}

function nobody(origin: string): CliError {
  return new CliError('token.missing', `You are not logged in at ${origin}`, {
    exitCode: EXIT.notPermitted,
    nextStep: 'Log in with `cairn login`.',
  });
}
