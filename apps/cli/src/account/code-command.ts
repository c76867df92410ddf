import { createLoginCode } from '@cairn/contracts';
import { type AccountRole } from '@cairn/identity';
import { relativeTime } from '../output/relative-time.js';
import { printReply } from '../output/reply.js';
import { type JsonOptions, type Shell } from '../shell.js';
import { printable } from '../stone/printable.js';

/** `cairn account code NAME`: a code with which that account logs in once. */
export async function codeCommand(
  shell: Shell,
  account: string,
  options: JsonOptions & { readonly role: AccountRole },
): Promise<void> {
  const client = await shell.connect();
  const reply = await client.call(createLoginCode, { body: { account, role: options.role } });
  printReply(reply, options, ({ code, expiresAt }) => [
    printable(code),
    `For ${account}, once, until ${new Date(expiresAt).toISOString()} (${relativeTime(expiresAt, shell.clock.now())}):`,
    `  cairn login --server ${client.server.origin} --code ${printable(code)}`,
  ]);
}
