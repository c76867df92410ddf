import { endSession } from '@cairn/contracts';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';
import { printNote } from '../output/reply.js';
import { type Shell } from '../shell.js';

/** `cairn logout`: the session is forgotten here even when the server cannot be told. */
export async function logoutCommand(shell: Shell): Promise<void> {
  const client = await shell.connect();
  const { origin } = client.server;
  if ((await shell.sessions.find(origin)) === undefined) {
    printNote(`You were not logged in at ${origin}.`);
    return;
  }
  try {
    await client.call(endSession);
  } catch (error) {
    // A session that has ended by itself needs no ending.
    if (!(error instanceof CliError && error.exitCode === EXIT.notPermitted)) throw error;
  } finally {
    await shell.sessions.forget(origin);
  }
  printNote(`Logged out at ${origin}.`);
}
